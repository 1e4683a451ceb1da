/** Feeds an RPC decoder as the stream does: unconsumed bytes are passed again, skipped bytes are not passed. */

import type { PacketTimestamp } from '../../../src/packet/timestamp.js';
import { newGluster } from '../../../src/protocols/gluster/implementation.js';
import {
  type Direction,
  type FlowDecoder,
  type GapReason,
  Match,
  type ProtocolOptions,
  ToClient,
  ToServer,
} from '../../../src/protocols/protocol.js';
import type { Json, JsonObject, RecordBody } from '../../../src/records/record.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import type { Random } from '../../helpers/random.js';

const NOTHING = Buffer.alloc(0);
/** Compiles the structs once for all tests. */
const [glusterfs, other] = newGluster(PROTOCOL_OPTIONS, HOST_HOOKS);
const PADDING = Buffer.from([0x80, 0, 0, 0x28]);

export { glusterfs, Match, other, ToClient, ToServer };

export interface EmittedRecord {
  from: Direction;
  body: RecordBody;
}

export interface FeederOptions {
  payloadBytes?: number;
  fromStart?: boolean;
  view?: 'calls' | 'messages';
  detail?: 'summary' | 'full';
}

export class Feeder {
  readonly records: EmittedRecord[] = [];
  /** The most bytes that were unconsumed at any time. */
  maxUnconsumed = 0;
  /** Bytes passed to the decoder, counted as often as they were. */
  bytesPassed = 0;
  at: PacketTimestamp = { seconds: 1_700_000_000, nanoseconds: 0, packet: 1 };
  private readonly decoder: FlowDecoder;
  private readonly unconsumed: [Buffer, Buffer] = [NOTHING, NOTHING];
  private readonly skip: [number, number] = [0, 0];

  constructor({ payloadBytes = 0, fromStart = true, view = 'calls', detail = 'full' }: FeederOptions) {
    const options: ProtocolOptions = { ...PROTOCOL_OPTIONS, payloadBytes, view, detail };
    const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart };
    this.decoder = glusterfs.open(connection, (from, body) => this.records.push({ from, body }), options);
  }

  send(dir: Direction, bytes: Uint8Array): void {
    const { skip, unconsumed } = this;
    let incoming = Buffer.from(bytes);
    if (skip[dir] > 0) {
      const skipped = Math.min(skip[dir], incoming.length);
      skip[dir] -= skipped;
      incoming = incoming.subarray(skipped);
      if (skip[dir] > 0) return;
    }
    // Padding before and behind reveals a decoder that reads out of bounds; overwriting the bytes afterwards reveals
    // one that keeps a view of them.
    const all = Buffer.concat([unconsumed[dir], incoming]);
    const passed = Buffer.concat([PADDING, all, PADDING]);
    const start = PADDING.length;
    this.bytesPassed += all.length;
    const position = this.decoder.data(dir, passed, start, start + all.length, this.at) - start;
    passed.fill(0xee);
    if (!Number.isSafeInteger(position) || position < 0) throw new Error(`consumed ${position} bytes`);
    skip[dir] = Math.max(0, position - all.length);
    unconsumed[dir] = all.subarray(position);
    this.maxUnconsumed = Math.max(this.maxUnconsumed, unconsumed[dir].length);
  }

  /** Passes one byte a call. */
  drip(dir: Direction, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.send(dir, bytes.subarray(i, i + 1));
  }

  /** Passes pieces of random lengths. */
  pieces(dir: Direction, bytes: Uint8Array, random: Random, most: number): void {
    for (let i = 0; i < bytes.length; ) {
      const length = random.between(1, most);
      this.send(dir, bytes.subarray(i, i + length));
      i += length;
    }
  }

  gap(dir: Direction, missing: number, reason: GapReason = 'lost'): void {
    const { decoder, skip, unconsumed } = this;
    let left = missing;
    while (left > 0 && skip[dir] > 0) {
      const skipped = Math.min(left, skip[dir]);
      skip[dir] -= skipped;
      left -= skipped;
      decoder.gap(dir, skipped, reason, true, this.at, NOTHING);
      if (skip[dir] === 0) skip[dir] = decoder.data(dir, NOTHING, 0, 0, this.at);
    }
    if (left === 0 && missing > 0) return;
    const last = unconsumed[dir];
    unconsumed[dir] = NOTHING;
    decoder.gap(dir, left, reason, false, this.at, last);
  }

  end(): void {
    this.decoder.close('end', this.at);
  }
}

export function newFeeder(options: FeederOptions = {}): Feeder {
  return new Feeder(options);
}

/** A section as its line shows it: without undefined fields. */
function shownOf(section: Json | undefined): JsonObject {
  const strip = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object') return value;
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(entries.map(([key, inner]) => [key, strip(inner as Json)]));
  };
  return strip(section ?? {}) as JsonObject;
}

/** The anomaly of a record, or one of its sections; {} if it has none. */
export const anomalyOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.wiretail?.anomaly);
export const rpcOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.rpc);
export const glusterOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.gluster);
export const wiretailOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.wiretail);
export const authOf = (seen: EmittedRecord): JsonObject => shownOf(rpcOf(seen).auth);

export const isAnomaly = ({ body }: EmittedRecord): boolean => body.dataset === 'wiretail.anomaly';
export const messages = (feed: Feeder): EmittedRecord[] =>
  feed.records.filter((record) => !isAnomaly(record));
export const anomalies = (feed: Feeder): EmittedRecord[] => feed.records.filter(isAnomaly);
/** The event.action of each record. */
export const actions = (feed: Feeder): string[] => feed.records.map(({ body }) => body.action);

/** A record as text, for comparisons. */
export const textOf = (seen: EmittedRecord): string =>
  JSON.stringify(seen, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
