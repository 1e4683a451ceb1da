/**
 * The definitions of the settings, and the checks that turn their values into a configuration. Each error names the
 * setting, the value and what was expected.
 */

import { PROTOCOLS } from '../protocols/registry.js';
import { defaultFilters, GLUSTER_STATE_DIR, type Ports, TUNNEL_FILTERS } from './defaults.js';
import type { Definitions } from './definition.js';
import { METRICS_OPTIONS, type MetricsAddress, metricsConfig } from './metrics-options.js';
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
import { OUTPUT_OPTIONS, type OutputsConfig, outputsConfig } from './output-options.js';
import { REDACT_OPTIONS, redactKey } from './redact-options.js';
import { SELECT_OPTIONS, type Select, selectConfig } from './select-options.js';
import { UserError } from './user-error.js';

const DAY_MS = 86400000;
/** A ring segment must hold the longest packet (ring/layout.ts). */
const RING_SLOTS = 8;
const MIN_RING_BYTES = 8 * MIB;

/** "Gearman's and GlusterFS's ports" */
const SERVICES = `${PROTOCOLS.flatMap(({ title, ports }) => (ports ? `${title}'s` : [])).join(' and ')} ports`;

/** The options that replace a protocol's ports. */
const PORT_OPTIONS: Definitions = Object.fromEntries(
  PROTOCOLS.flatMap(({ ports }) => {
    if (ports?.option === undefined) return [];
    const { name, describe } = ports.option;
    const definition = { commas: true, default: ports.defaults.join(','), describe, requiresArg: true };
    return [[name, { type: 'string', ...definition }]];
  }),
);

/** Options of both `capture` and `read`. */
export const COMMON_OPTIONS = {
  filter: {
    alias: 'f',
    type: 'string',
    defaultDescription: `${SERVICES}; read: none`,
    describe: 'BPF filter, see pcap-filter(7)',
    requiresArg: true,
  },
  view: {
    choices: ['calls', 'messages'],
    default: 'calls',
    describe: 'one line for each call with its reply, or for each message',
    requiresArg: true,
  },
  detail: {
    choices: ['summary', 'full'],
    default: 'summary',
    describe: 'the most searched fields, or every decoded field',
    requiresArg: true,
  },
  workers: {
    type: 'string',
    defaultDescription: 'cores - 2, 1 to 4; read: 1',
    describe: 'decoder threads',
    requiresArg: true,
  },
  engine: {
    choices: ['auto', 'libpcap', 'cap'],
    default: 'auto',
    describe: 'capture engine; not used for files',
    requiresArg: true,
  },
  snaplen: {
    type: 'string',
    default: '262144',
    describe: 'maximum bytes to capture of a packet',
    requiresArg: true,
  },
  'buffer-size': {
    type: 'string',
    defaultDescription: '64MiB; engine cap: 256MiB',
    describe: "size of the kernel's capture buffer for each interface; a bare number is MiB",
    requiresArg: true,
  },
  'ring-size': {
    type: 'string',
    default: '64MiB',
    describe: 'size of the ring between capture and decoders; a bare number is MiB',
    requiresArg: true,
  },
  'payload-bytes': {
    type: 'string',
    default: '0',
    describe: 'number of payload bytes to write',
    requiresArg: true,
  },
  'max-line': {
    type: 'string',
    default: '16384',
    describe: 'maximum bytes of a line; 0: no limit',
    requiresArg: true,
  },
  ...PORT_OPTIONS,
  decapsulate: {
    type: 'string',
    commas: true,
    describe: 'tunnels to decapsulate: vxlan, gre, ipip, separated by commas',
    requiresArg: true,
  },
  ...REDACT_OPTIONS,
  ...SELECT_OPTIONS,
  ...OUTPUT_OPTIONS,
  'call-timeout': {
    type: 'string',
    default: '30s',
    describe: 'report calls without a reply after this time; 0: only when the connection ends',
    requiresArg: true,
  },
  stuck: {
    type: 'string',
    default: '0',
    describe: 'log Gearman jobs that wait longer than this for a worker as warnings; 0: never',
    requiresArg: true,
  },
  'max-paths': {
    type: 'string',
    default: '1000000',
    describe: 'maximum number of files whose paths are kept, for all decoders together',
    requiresArg: true,
  },
  'gluster-state-dir': {
    type: 'string',
    defaultDescription: '/var/lib/glusterd; read: none',
    describe: "glusterd's working directory, which maps ports to bricks",
    requiresArg: true,
  },
} as const satisfies Definitions;

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const CAPTURE_OPTIONS = {
  interface: {
    alias: 'i',
    type: 'array',
    string: true,
    commas: true,
    defaultDescription: 'any',
    describe: 'interface to capture on, may be repeated; any: all interfaces',
    requiresArg: true,
  },
  promiscuous: {
    type: 'boolean',
    default: false,
    describe: 'also capture packets addressed to other hosts',
  },
  'read-timeout': {
    type: 'string',
    default: '20ms',
    describe: 'maximum time the kernel buffers a packet',
    requiresArg: true,
  },
  'stats-interval': {
    type: 'string',
    reload: true,
    default: '60s',
    describe: 'interval of stats lines; 0: only at the end',
    requiresArg: true,
  },
  user: {
    type: 'string',
    describe: 'user (name or number) to switch to after opening the capture; see Permissions in the README',
    requiresArg: true,
  },
  'log-level': {
    choices: LOG_LEVELS,
    reload: true,
    default: 'info',
    describe: 'minimum level of diagnostics on stderr',
    requiresArg: true,
  },
  ...METRICS_OPTIONS,
} as const satisfies Definitions;

/** The settings of the daemon: on its command line, in the environment, and in a configuration file. */
export const DAEMON_DEFINITIONS: Definitions = { ...CAPTURE_OPTIONS, ...COMMON_OPTIONS };

export const READ_OPTIONS = {
  realtime: {
    type: 'boolean',
    default: false,
    describe: 'read at the pace of the capture',
  },
} as const satisfies Definitions;

/** All settings of all commands. */
export const ALL_DEFINITIONS: Definitions = { ...DAEMON_DEFINITIONS, ...READ_OPTIONS };

export type { Arguments };

export type TunnelName = keyof typeof TUNNEL_FILTERS;

export interface CommonConfig {
  readonly filters: readonly string[];
  readonly view: 'calls' | 'messages';
  readonly detail: 'summary' | 'full';
  readonly workers: number;
  /** Bytes of a packet that are decoded, also of packets in files. */
  readonly snaplen: number;
  readonly payloadBytes: number;
  readonly maxLine: number;
  readonly ringBytes: number;
  readonly ringSlots: number;
  readonly ports: Ports;
  /** Every port that is known to be a service. */
  readonly servicePorts: readonly number[];
  readonly decapsulate: readonly TunnelName[];
  /** In hex; undefined: nothing is redacted. */
  readonly redactKey: string | undefined;
  readonly select: Select;
  /** Milliseconds. */
  readonly callTimeout: number;
  readonly stuck: number;
  readonly maxPaths: number;
  /** Undefined: none is read. */
  readonly glusterStateDir: string | undefined;
}

export interface CaptureConfig extends CommonConfig, OutputsConfig {
  readonly interfaces: readonly string[];
  readonly engine: 'auto' | 'libpcap' | 'cap';
  /** Undefined: the engine's default. */
  readonly bufferBytes: number | undefined;
  readonly promiscuous: boolean;
  readonly readTimeout: number;
  /** Milliseconds; 0: only the last stats line. */
  readonly statsInterval: number;
  readonly logLevel: LogLevel;
  readonly metrics: MetricsAddress;
}

export interface ReadConfig extends CommonConfig, OutputsConfig {
  readonly files: readonly string[];
  readonly realtime: boolean;
}

/** @param cores of the machine: the capture and the main thread take one each @throws UserError */
export function captureConfig(args: Arguments, cores: number): CaptureConfig {
  const interfaces = [...new Set(strings(args.interface))];
  if (interfaces.includes('')) throw invalidValue(args, 'interface', "''", 'an interface name');
  if (interfaces.includes('any') && interfaces.length > 1) {
    throw invalidValue(
      args,
      'interface',
      interfaces.join(', '),
      "either 'any', which covers all others, or the others",
    );
  }
  const common = commonConfig(args, Math.max(1, Math.min(4, cores - 2)));
  return {
    ...common,
    ...outputsConfig(args),
    filters: filterOf(args) ?? defaultFilters(common.ports, common.decapsulate),
    glusterStateDir: common.glusterStateDir ?? GLUSTER_STATE_DIR,
    interfaces: interfaces.length === 0 ? ['any'] : interfaces,
    engine: single(args, 'engine') as CaptureConfig['engine'],
    promiscuous: args.promiscuous === true,
    readTimeout: duration(args, 'read-timeout', 1, 1000),
    statsInterval: duration(args, 'stats-interval', 0, DAY_MS),
    logLevel: single(args, 'log-level') as LogLevel,
    metrics: metricsConfig(args),
    bufferBytes: bufferSize(args),
  };
}

/** @throws UserError */
export function readConfig(args: Arguments, files: readonly string[]): ReadConfig {
  // Not used for files, but an invalid value is still an error.
  single(args, 'engine');
  bufferSize(args);
  if (files.length === 0) {
    throw new UserError("expected a capture file, or - for standard input (see 'wiretail read --help')");
  }
  if (files.filter((file) => file === '-').length > 1)
    throw new UserError('- (standard input) can be read only once');
  return {
    ...commonConfig(args, 1),
    ...outputsConfig(args),
    filters: filterOf(args) ?? [],
    files,
    realtime: args.realtime === true,
  };
}

function commonConfig(args: Arguments, workers: number): CommonConfig {
  const ports = portsOf(args);
  return {
    filters: [],
    view: single(args, 'view') as CommonConfig['view'],
    detail: single(args, 'detail') as CommonConfig['detail'],
    workers: args.workers === undefined ? workers : integer(args, 'workers', 1, 64),
    snaplen: integer(args, 'snaplen', 64, 262144),
    payloadBytes: integer(args, 'payload-bytes', 0, 65536),
    maxLine: maxLine(args),
    ringBytes: size(args, 'ring-size', MIN_RING_BYTES, 2047 * MIB),
    ringSlots: RING_SLOTS,
    ports,
    servicePorts: Object.values(ports).flat(),
    decapsulate: tunnels(args),
    redactKey: redactKey(args),
    select: selectConfig(args),
    callTimeout: duration(args, 'call-timeout', 0, DAY_MS),
    stuck: duration(args, 'stuck', 0, DAY_MS),
    maxPaths: integer(args, 'max-paths', 1000, 16000000),
    glusterStateDir: single(args, 'gluster-state-dir'),
  };
}

function filterOf(args: Arguments): readonly string[] | undefined {
  const filter = single(args, 'filter');
  return filter === undefined ? undefined : [filter];
}

/** A shorter line could not hold the fields of every line. */
const MIN_LINE_BYTES = 2048;

function maxLine(args: Arguments): number {
  const bytes = integer(args, 'max-line', 0, 1 << 30);
  if (bytes > 0 && bytes < MIN_LINE_BYTES) {
    throw invalidValue(args, 'max-line', String(bytes), `0 (no limit) or at least ${MIN_LINE_BYTES} bytes`);
  }
  return bytes;
}

function bufferSize(args: Arguments): number | undefined {
  return args['buffer-size'] === undefined ? undefined : size(args, 'buffer-size', MIB, 2047 * MIB);
}

function portsOf(args: Arguments): Ports {
  return Object.fromEntries(
    PROTOCOLS.flatMap(({ name, ports }) => {
      if (ports === undefined) return [];
      return [[name, ports.option === undefined ? ports.defaults : portList(args, ports.option.name)]];
    }),
  );
}

function portList(args: Arguments, name: string): number[] {
  const text = single(args, name) ?? '';
  const list = text.split(',').map((part) => (/^\d{1,5}$/.test(part.trim()) ? Number(part) : 0));
  if (list.some((port) => port < 1 || port > 65535)) {
    throw invalidValue(args, name, text, 'ports from 1 to 65535, separated by commas');
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
    throw invalidValue(args, 'decapsulate', text, `any of ${expected}, separated by commas`);
  }
  return [...new Set(known)];
}
