/** Which lines are written, and which of them are warnings: the options, and what they come to. */
import { DATASETS } from '../protocols/registry.js';
import type { Definitions } from './definition.js';
import { type Arguments, duration, invalidValue, single, strings } from './option-values.js';

export const SELECT_OPTIONS = {
  slow: {
    type: 'string',
    reload: true,
    describe: 'what takes so long is a warning: 100ms, 2s',
    requiresArg: true,
  },
  errors: {
    type: 'boolean',
    reload: true,
    default: false,
    describe: 'failures are warnings, but for those of normal operation (ENOENT of a LOOKUP)',
  },
  only: {
    type: 'string',
    commas: true,
    reload: true,
    describe: 'write nothing else but: slow, errors, or both separated by a comma',
    requiresArg: true,
  },
  dataset: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: 'write only lines of these datasets: gluster.fop, gearman.*; commas separate',
    requiresArg: true,
  },
  action: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: "write only these procedures' or packet types' lines: WRITE, 'WORK_*'; commas separate",
    requiresArg: true,
  },
  client: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: "write only these clients' lines: a glob of the address, or of the host's name",
    requiresArg: true,
  },
  volume: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: "write only these volumes' lines (a glob)",
    requiresArg: true,
  },
  path: {
    type: 'array',
    reload: true,
    string: true,
    describe: "write only lines about these files: '/backup/**', '*.iso' (a glob; ** crosses directories)",
    requiresArg: true,
  },
  sample: {
    type: 'string',
    reload: true,
    describe: 'write one call in N, whole, as 1/N; warnings and errors always',
    requiresArg: true,
  },
} as const satisfies Definitions;

/** Plain data: it goes to the decoders' threads. */
export interface Select {
  /** Nanoseconds from which on a line is slow; undefined: none is. */
  readonly slow: number | undefined;
  readonly errors: boolean;
  readonly only: readonly ('slow' | 'errors')[];
  /** Globs, any of which has to match; an empty list: anything does. */
  readonly datasets: readonly string[];
  readonly actions: readonly string[];
  readonly clients: readonly string[];
  readonly volumes: readonly string[];
  readonly paths: readonly string[];
  /** One of so many calls; 1: all. */
  readonly sample: number;
}

const LongestSlow = 86400000;

export function selectConfig(args: Arguments): Select {
  const slow = args.slow === undefined ? undefined : duration(args, 'slow', 0, LongestSlow) * 1e6;
  const only = onlyOf(args);
  if (only.includes('slow') && slow === undefined) {
    throw invalidValue(args, 'only', 'slow', '--slow DURATION too, which says what is slow');
  }
  return {
    slow,
    errors: args.errors === true || only.includes('errors'),
    only,
    datasets: datasets(args),
    actions: globs(args, 'action').map((action) => action.toUpperCase()),
    clients: patterns(args, 'client'),
    volumes: patterns(args, 'volume'),
    paths: patterns(args, 'path'),
    sample: sample(args),
  };
}

function onlyOf(args: Arguments): Select['only'] {
  const text = single(args, 'only');
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const name = part.trim();
    if (name === 'slow' || name === 'errors') return name;
    throw invalidValue(args, 'only', text, 'slow, errors, or both separated by a comma');
  });
}

/** Those without commas: a path may have them. */
function patterns(args: Arguments, name: string): string[] {
  const list = strings(args[name]);
  if (list.includes('')) throw invalidValue(args, name, "''", 'a glob');
  return list;
}

function globs(args: Arguments, name: string): string[] {
  const list = strings(args[name])
    .flatMap((text) => text.split(','))
    .map((part) => part.trim());
  if (list.includes('')) throw invalidValue(args, name, String(args[name]), 'names separated by commas');
  return list;
}

function datasets(args: Arguments): string[] {
  const list = globs(args, 'dataset');
  for (const glob of list) {
    const whole = glob.endsWith('.*') ? glob.slice(0, -1) : undefined;
    const known = DATASETS.some((dataset) =>
      whole === undefined ? dataset === glob : dataset.startsWith(whole),
    );
    if (!known) {
      throw invalidValue(args, 'dataset', glob, `some of ${DATASETS.join(', ')}, or gluster.*, gearman.*`);
    }
  }
  return list;
}

function sample(args: Arguments): number {
  const text = single(args, 'sample');
  if (text === undefined) return 1;
  const match = /^1\/([1-9]\d{0,8})$/.exec(text.trim());
  if (match === null) throw invalidValue(args, 'sample', text, '1/N, such as 1/100');
  return Number(match[1]);
}
