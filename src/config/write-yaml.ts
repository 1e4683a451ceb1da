/** Settings as YAML: those that hold, with where each came from, and the example file that explains all of them. */
import { stringify } from 'yaml';
import type { Definition, Definitions } from './definition.js';
import { variableOf } from './definition.js';
import { describeOrigin, ORIGINS } from './origin.js';
import type { ResolvedSettings } from './resolve.js';

function oneLine(value: unknown): string {
  // JSON's text is YAML's too (YAML 1.2, section 1.3).
  if (typeof value === 'string' && value.includes('\n')) return JSON.stringify(value);
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow', flowCollectionPadding: false }).trimEnd();
}

/** A text that is a number or a list is written as what it is. */
function plain(definition: Definition, value: unknown): unknown {
  if (definition.commas === true && typeof value === 'string' && value.includes(',')) {
    return value.split(',').map((part) => plain({}, part.trim()));
  }
  return typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** What `--print-config` prints: a configuration file that says the same. */
export function effectiveYaml(definitions: Definitions, settled: ResolvedSettings): string {
  const lines = Object.keys(definitions).map((name) => {
    const value = settled[name];
    const origin = settled[ORIGINS].get(name) ?? { kind: 'default' };
    if (value !== undefined)
      return `${name}: ${oneLine(plain(definitions[name], value))}  # ${describeOrigin(name, origin)}`;
    return `# ${name}:  # not set${byDefault(definitions[name])}`;
  });
  return `${lines.join('\n')}\n`;
}

function byDefault({ defaultDescription }: Definition): string {
  return defaultDescription === undefined ? '' : `: ${defaultDescription}`;
}

const HEAD = `# wiretail's configuration: /etc/wiretail/wiretail.yaml, or the file that --config names.
#
# Every key is the long option of \`wiretail capture\` with the same name. The command line goes before the
# environment (WIRETAIL_VIEW=messages), the environment before this file, this file before the defaults, which are
# what the keys here are commented out with. \`wiretail check-config\` checks it. SIGHUP applies the keys that say so
# to a capture that runs; the others need a restart.
`;

/** The example file. Made by scripts/write-example.ts, and compared with it by a test. */
export function exampleYaml(definitions: Definitions): string {
  return `${HEAD}${Object.entries(definitions)
    .map(([name, definition]) => exampleOf(name, definition))
    .join('')}`;
}

function exampleOf(name: string, definition: Definition): string {
  const { describe = '', choices, reload, default: fallback, defaultDescription, type } = definition;
  const notes = [`${variableOf(name)}`, ...(reload === true ? ['SIGHUP applies it'] : [])];
  if (choices !== undefined) notes.unshift(`one of ${choices.join(', ')}`);
  if (fallback === undefined) notes.unshift(`default: ${defaultDescription ?? 'none'}`);
  const value =
    fallback === undefined ? (type === 'array' ? '[]' : '') : oneLine(plain(definition, fallback));
  return `\n# ${describe}\n# (${notes.join('; ')})\n# ${name}: ${value}`.trimEnd().concat('\n');
}
