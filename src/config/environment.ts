/** Settings from the environment: WIRETAIL_READ_TIMEOUT for --read-timeout, and so on. */
import { type Definitions, variableOf } from './definition.js';
import { suggest } from './suggest-name.js';
import { UserError } from './user-error.js';

/** Names the configuration file, so no key of it. */
export const CONFIG_VARIABLE = 'WIRETAIL_CONFIG';

/**
 * What Kubernetes sets in every pod for a Service named wiretail, or wiretail-metrics (its documentation, "Service":
 * environment variables).
 */
function isOfKubernetes(variable: string, value: string): boolean {
  return (
    /^WIRETAIL_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/.test(variable) ||
    (/_PORT$/.test(variable) && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** By option name. @throws UserError for a variable that names no setting */
export function fromEnvironment(definitions: Definitions, environment: Environment): Map<string, unknown> {
  const names = new Map(Object.keys(definitions).map((name) => [variableOf(name), name]));
  const given = new Map<string, unknown>();
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('WIRETAIL_') || variable === CONFIG_VARIABLE || value === undefined) continue;
    const name = names.get(variable);
    if (name !== undefined) given.set(name, settingOf(definitions, name, variable, value));
    else if (!isOfKubernetes(variable, value)) {
      throw new UserError(
        `${variable}: there is no such setting${suggest(variable, [...names.keys(), CONFIG_VARIABLE])}`,
      );
    }
  }
  return given;
}

function settingOf(definitions: Definitions, name: string, variable: string, value: string): unknown {
  const { type, commas } = definitions[name];
  if (type === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new UserError(`${variable}=${value}: expected true or false`);
  }
  if (type !== 'array') return value;
  return commas === true ? value.split(',').map((part) => part.trim()) : [value];
}
