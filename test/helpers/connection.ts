/** A connection whose addresses do not matter, and options that change nothing. */
import type { Select } from '../../src/config/select.js';
import type { Connection, Outside, ProtocolOptions } from '../../src/protocols/protocol.js';

export const ADDRESSES: Pick<Connection, 'ipVersion' | 'server' | 'client'> = {
  ipVersion: 4,
  server: [0, 0, 0, 0x0a000001],
  client: [0, 0, 0, 0x0a000002],
};

export const PROTOCOL_OPTIONS: ProtocolOptions = {
  payloadBytes: 0,
  redactKey: undefined,
  view: 'calls',
  detail: 'summary',
  gearmanPorts: [4730, 7003],
  callTimeout: 30000,
  stuck: 0,
  maxPaths: 10000,
  bricks: [],
};

/** Nobody is told. */
export const OUTSIDE: Outside = { tally() {}, found() {}, jobs() {} };

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
