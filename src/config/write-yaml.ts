/** Writes settings as YAML: the effective ones with their origins, and the example file that explains all of them. */
import { stringify } from 'yaml';
import type { Definition, Definitions } from './definition.js';
import { variableName } from './definition.js';
import { describeOrigin, ORIGINS } from './origin.js';
import type { ResolvedSettings } from './resolve.js';

function oneLine(value: unknown): string {
  // JSON is YAML too (YAML 1.2, section 1.3).
  if (typeof value === 'string' && value.includes('\n')) return JSON.stringify(value);
  return stringify(value, { lineWidth: 0, collectionStyle: 'flow', flowCollectionPadding: false }).trimEnd();
}

/** Turns text that is a number or a list into a number or a list. */
function typedValue(definition: Definition, value: unknown): unknown {
  if (definition.commas === true && typeof value === 'string' && value.includes(',')) {
    return value.split(',').map((part) => typedValue({}, part.trim()));
  }
  return typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** The output of `--print-config`: a configuration file with the same values. */
export function effectiveYaml(definitions: Definitions, settings: ResolvedSettings): string {
  const lines = Object.keys(definitions).map((name) => {
    const value = settings[name];
    const origin = settings[ORIGINS].get(name) ?? { kind: 'default' };
    if (value !== undefined)
      return `${name}: ${oneLine(typedValue(definitions[name], value))}  # ${describeOrigin(name, origin)}`;
    return `# ${name}:  # not set${defaultNote(definitions[name])}`;
  });
  return `${lines.join('\n')}\n`;
}

function defaultNote({ defaultDescription }: Definition): string {
  return defaultDescription === undefined ? '' : `: ${defaultDescription}`;
}

const HEAD = `# wiretail's configuration: /etc/wiretail/wiretail.yaml, or the file that --config names.
#
# Every key is a long option of \`wiretail capture\`. The command line overrides the environment
# (WIRETAIL_VIEW=messages), the environment overrides this file, and this file overrides the defaults, which the
# commented-out keys show. \`wiretail check-config\` validates it. SIGHUP applies the keys marked so to a running
# capture; the others need a restart.
`;

/** The example file. scripts/write-example.ts writes it, and a test keeps it current. */
export function exampleYaml(definitions: Definitions): string {
  return `${HEAD}${Object.entries(definitions)
    .map(([name, definition]) => exampleEntry(name, definition))
    .join('')}`;
}

function exampleEntry(name: string, definition: Definition): string {
  const { describe = '', choices, reload, default: fallback, defaultDescription, type } = definition;
  const notes = [`${variableName(name)}`, ...(reload === true ? ['applied by SIGHUP'] : [])];
  if (choices !== undefined) notes.unshift(`one of ${choices.join(', ')}`);
  if (fallback === undefined) notes.unshift(`default: ${defaultDescription ?? 'none'}`);
  const value =
    fallback === undefined ? (type === 'array' ? '[]' : '') : oneLine(typedValue(definition, fallback));
  return `\n# ${describe}\n# (${notes.join('; ')})\n# ${name}: ${value}`.trimEnd().concat('\n');
}
