/** Where lines go: the options, and the outputs that they come to. */
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
    describe: 'where lines go, may be given again: stdout, file:PATH, syslog:udp://HOST:PORT (see README)',
    requiresArg: true,
  },
  transport: {
    reload: true,
    type: 'array',
    string: true,
    describe: 'a pino transport that lines go to: a package or an absolute path; may be given again',
    requiresArg: true,
  },
  'transport-options': {
    reload: true,
    json: true,
    type: 'array',
    string: true,
    describe: "that transport's options, a JSON object",
    requiresArg: true,
  },
  'rotate-size': {
    type: 'string',
    reload: true,
    describe: 'files are rotated before they grow larger',
    requiresArg: true,
  },
  'rotate-age': {
    type: 'string',
    reload: true,
    describe: 'files are rotated when they are so old',
    requiresArg: true,
  },
  'rotate-keep': {
    reload: true,
    type: 'string',
    default: '7',
    describe: 'rotated files that are kept, of each file',
    requiresArg: true,
  },
  'output-buffer': {
    reload: true,
    type: 'string',
    default: '64MiB',
    describe: 'memory for lines that wait, of each output; what is too much is dropped',
    requiresArg: true,
  },
  'stdout-priority': {
    reload: true,
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe: "lines begin with their level as sd-daemon(3) has it: auto: where stdout is journald's",
    requiresArg: true,
  },
} as const satisfies Definitions;

/** Of an output that is a file: when it is rotated without help. */
export interface Rotation {
  /** Bytes of a file at most; undefined: any number. */
  readonly size: number | undefined;
  /** Milliseconds. */
  readonly age: number | undefined;
  /** Rotated files besides the one that is written. */
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
  /** One at least. */
  readonly outputs: readonly OutputSpec[];
  /** Bytes of lines that may wait, of each. */
  readonly outputBuffer: number;
}

const LONGEST_AGE = 366 * 86400000;
const SYSLOG_PORTS = { tcp: 601, udp: 514 } as const;
const EXPECTED =
  'stdout, file:PATH, syslog:tcp://HOST:PORT, syslog:udp://HOST:PORT or syslog:unix:PATH (?facility=NAME)';

export function outputsConfig(args: Arguments): OutputsConfig {
  const texts = strings(args.output);
  const rotation = rotationOf(args);
  if (rotation !== undefined && !texts.some((text) => text.startsWith('file:'))) {
    const name = args['rotate-size'] === undefined ? 'rotate-age' : 'rotate-size';
    throw invalidValue(args, name, String(args[name]), '--output file:PATH too, which is what it is about');
  }
  const priority = single(args, 'stdout-priority') as 'auto' | 'always' | 'never';
  const outputs = [...texts.map((text) => outputOf(args, text, rotation, priority)), ...transportsOf(args)];
  for (const [i, text] of texts.entries()) {
    if (texts.indexOf(text) < i) throw invalidValue(args, 'output', text, 'each output once');
  }
  return {
    outputs: outputs.length > 0 ? outputs : [{ kind: 'stdout', priority }],
    outputBuffer: size(args, 'output-buffer', MIB, 2047 * MIB),
  };
}

function rotationOf(args: Arguments): Rotation | undefined {
  const keep = integer(args, 'rotate-keep', 1, 1000);
  const least = args['rotate-size'] === undefined ? undefined : size(args, 'rotate-size', MIB, 1 << 30);
  const age = args['rotate-age'] === undefined ? undefined : duration(args, 'rotate-age', 1000, LONGEST_AGE);
  return least === undefined && age === undefined ? undefined : { size: least, age, keep };
}

function outputOf(
  args: Arguments,
  text: string,
  rotation: Rotation | undefined,
  priority: 'auto' | 'always' | 'never',
): OutputSpec {
  if (text === 'stdout') return { kind: 'stdout', priority };
  if (text.startsWith('file:') && text.length > 'file:'.length) {
    return { kind: 'file', path: text.slice('file:'.length), rotation };
  }
  if (text.startsWith('syslog:')) return syslogOf(args, text);
  throw invalidValue(args, 'output', text, EXPECTED);
}

function syslogOf(args: Arguments, text: string): OutputSpec {
  const mistake = () => invalidValue(args, 'output', text, EXPECTED);
  const [, where = '', query = ''] = /^syslog:([^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  const name = query === '' ? 'daemon' : /^facility=(.*)$/.exec(query)?.[1];
  const facility = FACILITIES.indexOf(name ?? '');
  if (facility < 0) throw invalidValue(args, 'output', text, `?facility= one of ${FACILITIES.join(', ')}`);
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(where)?.[1];
  if (path !== undefined) return { kind: 'syslog', name: text, to: { protocol: 'unix', path }, facility };
  const match = /^(tcp|udp):\/\/(?:\[([0-9a-f:.%]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/i.exec(where);
  if (match === null) throw mistake();
  const protocol = match[1].toLowerCase() as 'tcp' | 'udp';
  const port = match[4] === undefined ? SYSLOG_PORTS[protocol] : Number(match[4]);
  if (port < 1 || port > 65535) throw mistake();
  return { kind: 'syslog', name: text, to: { protocol, host: match[2] ?? match[3], port }, facility };
}

/** Options belong to the transport of the same place. */
function transportsOf(args: Arguments): OutputSpec[] {
  const targets = strings(args.transport);
  const options = strings(args['transport-options']);
  if (options.length > targets.length) {
    throw invalidValue(args, 'transport-options', options.at(-1) ?? '', 'a --transport that they are of');
  }
  return targets.map((target, i) => {
    if (target === '' || (target.startsWith('.') && !isAbsolute(target))) {
      throw invalidValue(args, 'transport', `'${target}'`, "a package's name or an absolute path");
    }
    return { kind: 'transport', target, options: jsonObject(args, options[i] ?? '{}') };
  });
}

function jsonObject(args: Arguments, text: string): object {
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
