/** Settings from the environment, such as WIRETAIL_READ_TIMEOUT for --read-timeout. */
import { type Definitions, variableName } from './definition.js';
import { suggest } from './suggest-name.js';
import { UserError } from './user-error.js';

/** The path of the configuration file, which is not a setting itself. */
export const CONFIG_VARIABLE = 'WIRETAIL_CONFIG';

/**
 * True for a variable that Kubernetes sets in every pod for a Service named wiretail or wiretail-metrics (Kubernetes
 * documentation, "Service": environment variables).
 */
function isKubernetesVariable(variable: string, value: string): boolean {
  return (
    /^WIRETAIL_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/.test(variable) ||
    (/_PORT$/.test(variable) && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values by option name. @throws UserError for an unknown WIRETAIL_ variable */
export function environmentSettings(
  definitions: Definitions,
  environment: Environment,
): Map<string, unknown> {
  const names = new Map(Object.keys(definitions).map((name) => [variableName(name), name]));
  const given = new Map<string, unknown>();
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('WIRETAIL_') || variable === CONFIG_VARIABLE || value === undefined) continue;
    const name = names.get(variable);
    if (name !== undefined) given.set(name, parseValue(definitions, name, variable, value));
    else if (!isKubernetesVariable(variable, value)) {
      throw new UserError(
        `${variable}: no such setting${suggest(variable, [...names.keys(), CONFIG_VARIABLE])}`,
      );
    }
  }
  return given;
}

function parseValue(definitions: Definitions, name: string, variable: string, value: string): unknown {
  const { type, commas } = definitions[name];
  if (type === 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new UserError(`${variable}=${value}: expected true or false`);
  }
  if (type !== 'array') return value;
  return commas === true ? value.split(',').map((part) => part.trim()) : [value];
}
