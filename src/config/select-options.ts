/** The options that select the lines to write and the lines that are warnings. */
import { DATASETS } from '../protocols/registry.js';
import type { Definitions } from './definition.js';
import { type Arguments, duration, invalidValue, single, strings } from './option-values.js';

export const SELECT_OPTIONS = {
  slow: {
    type: 'string',
    reload: true,
    describe: 'log calls slower than this as warnings: 100ms, 2s',
    requiresArg: true,
  },
  errors: {
    type: 'boolean',
    reload: true,
    default: false,
    describe: 'log failures as warnings, except those of normal operation (ENOENT of a LOOKUP)',
  },
  only: {
    type: 'string',
    commas: true,
    reload: true,
    describe: 'write only: slow, errors, or both separated by a comma',
    requiresArg: true,
  },
  dataset: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: 'write only lines of these datasets: gluster.fop, gearman.*; separated by commas',
    requiresArg: true,
  },
  action: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: "write only lines of these procedures or packet types: WRITE, 'WORK_*'; separated by commas",
    requiresArg: true,
  },
  client: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: 'write only lines of these clients: a glob of the address or the host name',
    requiresArg: true,
  },
  volume: {
    type: 'array',
    commas: true,
    reload: true,
    string: true,
    describe: 'write only lines of these volumes (a glob)',
    requiresArg: true,
  },
  path: {
    type: 'array',
    reload: true,
    string: true,
    describe:
      "write only lines about these files: '/backup/**', '*.iso' (a glob; ** matches across directories)",
    requiresArg: true,
  },
  sample: {
    type: 'string',
    reload: true,
    describe: 'write one call in N, given as 1/N; warnings and failures are always written',
    requiresArg: true,
  },
} as const satisfies Definitions;

/** Plain data, sent to the decoder threads. */
export interface Select {
  /** Nanoseconds from which on a call is slow; undefined: none is. */
  readonly slow: number | undefined;
  readonly errors: boolean;
  readonly only: readonly ('slow' | 'errors')[];
  /** Globs, at least one of which must match; an empty list matches everything. */
  readonly datasets: readonly string[];
  readonly actions: readonly string[];
  readonly clients: readonly string[];
  readonly volumes: readonly string[];
  readonly paths: readonly string[];
  /** One call in so many is written; 1: all. */
  readonly sample: number;
}

const MAX_SLOW_MS = 86400000;

/** @throws UserError */
export function selectConfig(args: Arguments): Select {
  const slow = args.slow === undefined ? undefined : duration(args, 'slow', 0, MAX_SLOW_MS) * 1e6;
  const only = parseOnly(args);
  if (only.includes('slow') && slow === undefined) {
    throw invalidValue(args, 'only', 'slow', '--slow DURATION as well');
  }
  return {
    slow,
    errors: args.errors === true || only.includes('errors'),
    only,
    datasets: parseDatasets(args),
    actions: commaGlobs(args, 'action').map((action) => action.toUpperCase()),
    clients: wholeGlobs(args, 'client'),
    volumes: wholeGlobs(args, 'volume'),
    paths: wholeGlobs(args, 'path'),
    sample: parseSample(args),
  };
}

function parseOnly(args: Arguments): Select['only'] {
  const text = single(args, 'only');
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const name = part.trim();
    if (name === 'slow' || name === 'errors') return name;
    throw invalidValue(args, 'only', text, 'slow, errors, or both separated by a comma');
  });
}

/** Globs that may contain commas. */
function wholeGlobs(args: Arguments, name: string): string[] {
  const list = strings(args[name]);
  if (list.includes('')) throw invalidValue(args, name, "''", 'a glob');
  return list;
}

/** Globs separated by commas. */
function commaGlobs(args: Arguments, name: string): string[] {
  const list = strings(args[name])
    .flatMap((text) => text.split(','))
    .map((part) => part.trim());
  if (list.includes('')) throw invalidValue(args, name, String(args[name]), 'names separated by commas');
  return list;
}

function parseDatasets(args: Arguments): string[] {
  const list = commaGlobs(args, 'dataset');
  for (const glob of list) {
    const prefix = glob.endsWith('.*') ? glob.slice(0, -1) : undefined;
    const known = DATASETS.some((dataset) =>
      prefix === undefined ? dataset === glob : dataset.startsWith(prefix),
    );
    if (!known) {
      throw invalidValue(args, 'dataset', glob, `any of ${DATASETS.join(', ')}, or gluster.*, gearman.*`);
    }
  }
  return list;
}

function parseSample(args: Arguments): number {
  const text = single(args, 'sample');
  if (text === undefined) return 1;
  const match = /^1\/([1-9]\d{0,8})$/.exec(text.trim());
  if (match === null) throw invalidValue(args, 'sample', text, '1/N, such as 1/100');
  return Number(match[1]);
}
