/**
 * The command line's options as yargs takes them, and the checks that turn them into one Config. Each
 * error names the option, the value and what was expected.
 */
import type { Options } from 'yargs';
import {
  defaultFilters,
  GEARMAN_PORTS,
  GLUSTER_STATE_DIR,
  GLUSTERD_PORTS,
  TUNNEL_FILTERS,
} from './defaults.js';
import { OUTPUT_OPTIONS, type OutputsConfig, outputsConfig } from './outputs.js';
import { SELECT_OPTIONS, type Select, selectConfig } from './select.js';
import { UserError } from './user-error.js';
import { type Arguments, duration, integer, MIB, single, size, strings } from './values.js';

const DAY = 86400000;
/** A ring segment must hold the longest packet (ring/layout.ts). */
const RING_SLOTS = 8;
const SMALLEST_RING = 8 * MIB;

/** Options of both `capture` and `read`. */
export const COMMON_OPTIONS = {
  filter: { alias: 'f', type: 'string', describe: 'BPF filter, see pcap-filter(7)', requiresArg: true },
  view: {
    choices: ['calls', 'messages'],
    default: 'calls',
    describe: 'a line for each call with its reply, or for each message',
    requiresArg: true,
  },
  detail: {
    choices: ['summary', 'full'],
    default: 'summary',
    describe: 'the fields that people search for, or every decoded field besides',
    requiresArg: true,
  },
  workers: { type: 'string', describe: 'decoder threads', requiresArg: true },
  engine: {
    choices: ['auto', 'libpcap', 'cap'],
    default: 'auto',
    describe: 'capture engine; files need none',
    requiresArg: true,
  },
  snaplen: {
    type: 'string',
    default: '262144',
    describe: 'bytes of a packet to capture',
    requiresArg: true,
  },
  'buffer-size': {
    type: 'string',
    describe: "kernel's capture buffer, each interface (64MiB; cap: 256MiB); a bare number is MiB",
    requiresArg: true,
  },
  'ring-size': {
    type: 'string',
    default: '64MiB',
    describe: 'memory between capture and decoders; a bare number is MiB',
    requiresArg: true,
  },
  'payload-bytes': {
    type: 'string',
    default: '0',
    describe: 'first bytes of payloads to write',
    requiresArg: true,
  },
  'max-line': {
    type: 'string',
    default: '16384',
    describe: 'bytes of a line at most; 0: no limit',
    requiresArg: true,
  },
  'gearman-ports': {
    type: 'string',
    default: GEARMAN_PORTS.join(','),
    describe: 'ports of Gearman servers',
    requiresArg: true,
  },
  decapsulate: {
    type: 'string',
    describe: 'tunnels whose packets are looked into: vxlan, gre, ipip, separated by commas',
    requiresArg: true,
  },
  ...SELECT_OPTIONS,
  ...OUTPUT_OPTIONS,
  'call-timeout': {
    type: 'string',
    default: '30s',
    describe: 'a call without a reply for so long has a line; 0: only when its connection ends',
    requiresArg: true,
  },
  stuck: {
    type: 'string',
    default: '0',
    describe: 'a Gearman job that no worker took for so long is warned of; 0: never',
    requiresArg: true,
  },
  'max-paths': {
    type: 'string',
    default: '1000000',
    describe: 'files whose paths are remembered, in all decoders together',
    requiresArg: true,
  },
  'gluster-state-dir': {
    type: 'string',
    describe: "glusterd's directory, which tells the bricks by their ports (live: /var/lib/glusterd)",
    requiresArg: true,
  },
} as const satisfies Record<string, Options>;

export const CAPTURE_OPTIONS = {
  interface: {
    alias: 'i',
    type: 'array',
    string: true,
    describe: "interface to capture on, may be given again; 'any': all",
    requiresArg: true,
  },
  promiscuous: {
    type: 'boolean',
    default: false,
    describe: 'take packets for other hosts too',
  },
  'read-timeout': {
    type: 'string',
    default: '20ms',
    describe: 'the longest that the kernel keeps a packet back',
    requiresArg: true,
  },
  'stats-interval': {
    type: 'string',
    default: '60s',
    describe: 'time between stats lines; 0: only at the end',
    requiresArg: true,
  },
} as const satisfies Record<string, Options>;

export const READ_OPTIONS = {
  realtime: {
    type: 'boolean',
    default: false,
    describe: "play at the capture's own pace",
  },
} as const satisfies Record<string, Options>;

export type { Arguments };

export type TunnelName = keyof typeof TUNNEL_FILTERS;

export interface CommonConfig {
  readonly filters: readonly string[];
  readonly view: 'calls' | 'messages';
  readonly detail: 'summary' | 'full';
  readonly workers: number;
  /** Bytes of a packet that are looked at; of a file's packets too. */
  readonly snaplen: number;
  readonly payloadBytes: number;
  readonly maxLine: number;
  readonly ringBytes: number;
  readonly ringSlots: number;
  readonly gearmanPorts: readonly number[];
  /** Every port that is known to be a service. */
  readonly servicePorts: readonly number[];
  readonly decapsulate: readonly TunnelName[];
  readonly select: Select;
  /** Milliseconds. */
  readonly callTimeout: number;
  readonly stuck: number;
  readonly maxPaths: number;
  /** undefined: none is read. */
  readonly glusterStateDir: string | undefined;
}

export interface CaptureConfig extends CommonConfig, OutputsConfig {
  readonly interfaces: readonly string[];
  readonly engine: 'auto' | 'libpcap' | 'cap';
  /** Absent: what suits the engine. */
  readonly bufferBytes: number | undefined;
  readonly promiscuous: boolean;
  readonly readTimeout: number;
  /** Milliseconds; 0: no lines but the last. */
  readonly statsInterval: number;
}

export interface ReadConfig extends CommonConfig, OutputsConfig {
  readonly files: readonly string[];
  readonly realtime: boolean;
}

/** @param cores processors of the machine: one is left to the capture, one to the main thread */
export function captureConfig(args: Arguments, cores: number): CaptureConfig {
  const interfaces = [...new Set(strings(args.interface))];
  if (interfaces.includes('')) throw new UserError("--interface '': expected the name of a device");
  if (interfaces.includes('any') && interfaces.length > 1) {
    throw new UserError("--interface any already covers the others: give 'any' alone, or the others");
  }
  const common = commonConfig(args, Math.max(1, Math.min(4, cores - 2)));
  return {
    ...common,
    ...outputsConfig(args),
    filters: filterOf(args) ?? defaultFilters(common.gearmanPorts, common.decapsulate),
    glusterStateDir: common.glusterStateDir ?? GLUSTER_STATE_DIR,
    interfaces: interfaces.length === 0 ? ['any'] : interfaces,
    engine: single(args, 'engine') as CaptureConfig['engine'],
    promiscuous: args.promiscuous === true,
    readTimeout: duration(args, 'read-timeout', 1, 1000),
    statsInterval: duration(args, 'stats-interval', 0, DAY),
    bufferBytes: bufferSize(args),
  };
}

export function readConfig(args: Arguments, files: readonly string[]): ReadConfig {
  // They say nothing for files, but a wrong value is a mistake all the same.
  single(args, 'engine');
  bufferSize(args);
  if (files.filter((file) => file === '-').length > 1) throw new UserError('- can be read only once');
  return {
    ...commonConfig(args, 1),
    ...outputsConfig(args),
    filters: filterOf(args) ?? [],
    files,
    realtime: args.realtime === true,
  };
}

function commonConfig(args: Arguments, workers: number): CommonConfig {
  const gearmanPorts = ports(args, 'gearman-ports');
  return {
    filters: [],
    view: single(args, 'view') as CommonConfig['view'],
    detail: single(args, 'detail') as CommonConfig['detail'],
    workers: args.workers === undefined ? workers : integer(args, 'workers', 1, 64),
    snaplen: integer(args, 'snaplen', 64, 262144),
    payloadBytes: integer(args, 'payload-bytes', 0, 65536),
    maxLine: maxLine(args),
    ringBytes: size(args, 'ring-size', SMALLEST_RING, 2047 * MIB),
    ringSlots: RING_SLOTS,
    gearmanPorts,
    servicePorts: [...gearmanPorts, ...GLUSTERD_PORTS],
    decapsulate: tunnels(args),
    select: selectConfig(args),
    callTimeout: duration(args, 'call-timeout', 0, DAY),
    stuck: duration(args, 'stuck', 0, DAY),
    maxPaths: integer(args, 'max-paths', 1000, 16000000),
    glusterStateDir: single(args, 'gluster-state-dir'),
  };
}

function filterOf(args: Arguments): readonly string[] | undefined {
  const filter = single(args, 'filter');
  return filter === undefined ? undefined : [filter];
}

/** Shorter lines could not hold what every line has. */
const SHORTEST_LINE = 2048;

function maxLine(args: Arguments): number {
  const bytes = integer(args, 'max-line', 0, 1 << 30);
  if (bytes > 0 && bytes < SHORTEST_LINE) {
    throw new UserError(`--max-line ${bytes}: expected 0 (no limit) or at least ${SHORTEST_LINE} bytes`);
  }
  return bytes;
}

function bufferSize(args: Arguments): number | undefined {
  return args['buffer-size'] === undefined ? undefined : size(args, 'buffer-size', MIB, 2047 * MIB);
}

function ports(args: Arguments, name: string): number[] {
  const text = single(args, name) ?? '';
  const list = text.split(',').map((part) => (/^\d{1,5}$/.test(part.trim()) ? Number(part) : 0));
  if (list.some((port) => port < 1 || port > 65535)) {
    throw new UserError(`--${name} ${text}: expected ports from 1 to 65535, separated by commas`);
  }
  return list;
}

function tunnels(args: Arguments): TunnelName[] {
  const text = single(args, 'decapsulate');
  if (text === undefined) return [];
  const isTunnel = (name: string): name is TunnelName => Object.hasOwn(TUNNEL_FILTERS, name);
  const names = text.split(',').map((part) => part.trim());
  const known = names.filter(isTunnel);
  if (known.length < names.length) {
    const expected = Object.keys(TUNNEL_FILTERS).join(', ');
    throw new UserError(`--decapsulate ${text}: expected some of ${expected}, separated by commas`);
  }
  return [...new Set(known)];
}
