/** The options of the outputs. */
import { isAbsolute } from 'node:path';
import type { Definitions } from './definition.js';
import {
  type Arguments,
  duration,
  integer,
  invalidValue,
  MIB,
  single,
  size,
  strings,
} from './option-values.js';
import { FACILITIES } from './syslog-facilities.js';

export const OUTPUT_OPTIONS = {
  output: {
    reload: true,
    type: 'array',
    string: true,
    defaultDescription: 'stdout',
    describe: 'output, may be repeated: stdout, file:PATH, syslog:udp://HOST:PORT (see README)',
    requiresArg: true,
  },
  transport: {
    reload: true,
    type: 'array',
    string: true,
    describe: 'pino transport as an output: a package or an absolute path; may be repeated',
    requiresArg: true,
  },
  'transport-options': {
    reload: true,
    json: true,
    type: 'array',
    string: true,
    describe: 'options of the transport, a JSON object',
    requiresArg: true,
  },
  'rotate-size': {
    type: 'string',
    reload: true,
    describe: 'maximum size of a file before it is rotated',
    requiresArg: true,
  },
  'rotate-age': {
    type: 'string',
    reload: true,
    describe: 'maximum age of a file before it is rotated',
    requiresArg: true,
  },
  'rotate-keep': {
    reload: true,
    type: 'string',
    default: '7',
    describe: 'number of rotated files to keep',
    requiresArg: true,
  },
  'output-buffer': {
    reload: true,
    type: 'string',
    default: '64MiB',
    describe: 'size of the queue of each output; lines that do not fit are dropped',
    requiresArg: true,
  },
  'stdout-priority': {
    reload: true,
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe: 'prefix lines with their priority, see sd-daemon(3); auto: if stdout is the journal',
    requiresArg: true,
  },
} as const satisfies Definitions;

/** When wiretail rotates a file itself. */
export interface Rotation {
  /** Maximum bytes of a file; undefined: no limit. */
  readonly size: number | undefined;
  /** Maximum age in milliseconds; undefined: no limit. */
  readonly age: number | undefined;
  /** Number of rotated files, without the current one. */
  readonly keep: number;
}

export type SyslogAddress =
  | { readonly protocol: 'tcp' | 'udp'; readonly host: string; readonly port: number }
  | { readonly protocol: 'unix'; readonly path: string };

export type OutputSpec =
  | { readonly kind: 'stdout'; readonly priority: 'auto' | 'always' | 'never' }
  | { readonly kind: 'file'; readonly path: string; readonly rotation: Rotation | undefined }
  | { readonly kind: 'syslog'; readonly name: string; readonly to: SyslogAddress; readonly facility: number }
  | { readonly kind: 'transport'; readonly target: string; readonly options: object };

export interface OutputsConfig {
  /** At least one. */
  readonly outputs: readonly OutputSpec[];
  /** Bytes of each output's queue. */
  readonly outputBuffer: number;
}

const MAX_AGE_MS = 366 * 86400000;
const SYSLOG_PORTS = { tcp: 601, udp: 514 } as const;
const OUTPUT_FORMATS =
  'stdout, file:PATH, syslog:tcp://HOST:PORT, syslog:udp://HOST:PORT or syslog:unix:PATH (?facility=NAME)';

/** @throws UserError */
export function outputsConfig(args: Arguments): OutputsConfig {
  const texts = strings(args.output);
  const rotation = parseRotation(args);
  if (rotation !== undefined && !texts.some((text) => text.startsWith('file:'))) {
    const name = args['rotate-size'] === undefined ? 'rotate-age' : 'rotate-size';
    throw invalidValue(args, name, String(args[name]), '--output file:PATH as well');
  }
  const priority = single(args, 'stdout-priority') as 'auto' | 'always' | 'never';
  const outputs = [
    ...texts.map((text) => parseOutput(args, text, rotation, priority)),
    ...parseTransports(args),
  ];
  for (const [i, text] of texts.entries()) {
    if (texts.indexOf(text) < i) throw invalidValue(args, 'output', text, 'each output once');
  }
  return {
    outputs: outputs.length > 0 ? outputs : [{ kind: 'stdout', priority }],
    outputBuffer: size(args, 'output-buffer', MIB, 2047 * MIB),
  };
}

function parseRotation(args: Arguments): Rotation | undefined {
  const keep = integer(args, 'rotate-keep', 1, 1000);
  const maxSize = args['rotate-size'] === undefined ? undefined : size(args, 'rotate-size', MIB, 1 << 30);
  const age = args['rotate-age'] === undefined ? undefined : duration(args, 'rotate-age', 1000, MAX_AGE_MS);
  return maxSize === undefined && age === undefined ? undefined : { size: maxSize, age, keep };
}

function parseOutput(
  args: Arguments,
  text: string,
  rotation: Rotation | undefined,
  priority: 'auto' | 'always' | 'never',
): OutputSpec {
  if (text === 'stdout') return { kind: 'stdout', priority };
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return { kind: 'file', path: text.slice('file:'.length), rotation };
  }
  if (text.startsWith('syslog:')) return parseSyslog(args, text);
  throw invalidValue(args, 'output', text, OUTPUT_FORMATS);
}

function parseSyslog(args: Arguments, text: string): OutputSpec {
  const invalid = () => invalidValue(args, 'output', text, OUTPUT_FORMATS);
  const [, address = '', query = ''] = /^syslog:([^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  const name = query === '' ? 'daemon' : /^facility=(.*)$/.exec(query)?.[1];
  const facility = FACILITIES.indexOf(name ?? '');
  if (facility < 0)
    throw invalidValue(args, 'output', text, `?facility= with one of ${FACILITIES.join(', ')}`);
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(address)?.[1];
  if (path !== undefined) return { kind: 'syslog', name: text, to: { protocol: 'unix', path }, facility };
  const match = /^(tcp|udp):\/\/(?:\[([0-9a-f:.%]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/i.exec(address);
  if (match === null) throw invalid();
  const protocol = match[1].toLowerCase() as 'tcp' | 'udp';
  const port = match[4] === undefined ? SYSLOG_PORTS[protocol] : Number(match[4]);
  if (port < 1 || port > 65535) throw invalid();
  return { kind: 'syslog', name: text, to: { protocol, host: match[2] ?? match[3], port }, facility };
}

/** The nth options belong to the nth transport. */
function parseTransports(args: Arguments): OutputSpec[] {
  const targets = strings(args.transport);
  const options = strings(args['transport-options']);
  if (options.length > targets.length) {
    throw invalidValue(
      args,
      'transport-options',
      options.at(-1) ?? '',
      'a --transport for each --transport-options',
    );
  }
  return targets.map((target, i) => {
    if (target === '' || (target.startsWith('.') && !isAbsolute(target))) {
      throw invalidValue(args, 'transport', `'${target}'`, "a package's name or an absolute path");
    }
    return { kind: 'transport', target, options: parseJsonObject(args, options[i] ?? '{}') };
  });
}

function parseJsonObject(args: Arguments, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidValue(
      args,
      'transport-options',
      text,
      'a JSON object, such as {"destination": "/var/log/x"}',
    );
  }
  return value;
}
