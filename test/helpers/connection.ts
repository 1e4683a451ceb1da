/** A connection whose addresses do not matter, and options that change nothing. */
import type { Select } from '../../src/config/select-options.js';
import type { Connection, HostHooks, ProtocolOptions } from '../../src/protocols/protocol.js';
import { DEFAULT_LIMITS, type StreamLimits } from '../../src/stream/limits.js';

export const ADDRESSES: Pick<Connection, 'ipVersion' | 'server' | 'client'> = {
  ipVersion: 4,
  server: [0, 0, 0, 0x0a000001],
  client: [0, 0, 0, 0x0a000002],
};

export const SERVICE_PORTS: readonly number[] = [4730, 7003, 24007, 24008];

export const PROTOCOL_OPTIONS: ProtocolOptions = {
  payloadBytes: 0,
  redactKey: undefined,
  view: 'calls',
  detail: 'summary',
  ports: { gearman: [4730, 7003], gluster: [24007, 24008] },
  servicePorts: SERVICE_PORTS,
  dynamicPortsFrom: 49152,
  callTimeout: 30000,
  stuck: 0,
  maxPaths: 10000,
  bricks: [],
};

/**
 * More connections than any of the captures has. The flow table is allocated in full at the start, and with the default
 * limit this takes longer than decoding a small capture.
 */
export const FEW_FLOWS: StreamLimits = { ...DEFAULT_LIMITS, flows: 4096 };

/** Hooks that do nothing. */
export const HOST_HOOKS: HostHooks = {
  count() {},
  brickDiscovered() {},
  adjustGauge() {},
  toWallClock: (seconds, nanoseconds) => ({ seconds, nanoseconds }),
};

/** Writes everything. */
export const SELECT_ALL: Select = {
  slow: undefined,
  errors: false,
  only: [],
  datasets: [],
  actions: [],
  clients: [],
  volumes: [],
  paths: [],
  sample: 1,
};
