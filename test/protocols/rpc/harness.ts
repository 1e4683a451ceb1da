/** Feeds an RPC decoder as the stream room does: what is held back comes again, what is skipped is not shown. */

import type { PacketTimestamp } from '../../../src/packet/timestamp.js';
import { newGluster } from '../../../src/protocols/gluster/implementation.js';
import {
  type Direction,
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
const AroundShown = Buffer.from([0x80, 0, 0, 0x28]);

export { glusterfs, Match, other, ToClient, ToServer };

export interface EmittedRecord {
  from: Direction;
  body: RecordBody;
}

export interface Feeder {
  readonly seen: EmittedRecord[];
  /** Most bytes that were ever held back. */
  readonly mostHeld: number;
  /** All bytes that were shown, each as often as it was. */
  readonly shown: number;
  at: PacketTimestamp;
  send(dir: Direction, bytes: Uint8Array): void;
  /** One byte a call. */
  drip(dir: Direction, bytes: Uint8Array): void;
  /** In pieces of random lengths. */
  pieces(dir: Direction, bytes: Uint8Array, random: Random, most: number): void;
  gap(dir: Direction, missing: number, reason?: GapReason): void;
  end(): void;
}

export interface FeederOptions {
  payloadBytes?: number;
  fromStart?: boolean;
  view?: 'calls' | 'messages';
  detail?: 'summary' | 'full';
}

export function feeder({
  payloadBytes = 0,
  fromStart = true,
  view = 'calls',
  detail = 'full',
}: FeederOptions = {}): Feeder {
  const seen: EmittedRecord[] = [];
  const options: ProtocolOptions = { ...PROTOCOL_OPTIONS, payloadBytes, view, detail };
  const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart };
  const decoder = glusterfs.open(connection, (from, body) => seen.push({ from, body }), options);
  const held: [Buffer, Buffer] = [NOTHING, NOTHING];
  const skip: [number, number] = [0, 0];
  let mostHeld = 0;
  let shownBytes = 0;

  function send(dir: Direction, bytes: Uint8Array): void {
    let fresh = Buffer.from(bytes);
    if (skip[dir] > 0) {
      const passed = Math.min(skip[dir], fresh.length);
      skip[dir] -= passed;
      fresh = fresh.subarray(passed);
      if (skip[dir] > 0) return;
    }
    // Bytes before and behind what is shown, so that a decoder that looks there is found out; and
    // what was shown is spoilt afterwards, so that one that keeps a view of it is, too.
    const all = Buffer.concat([held[dir], fresh]);
    const shown = Buffer.concat([AroundShown, all, AroundShown]);
    const start = AroundShown.length;
    shownBytes += all.length;
    const position = decoder.data(dir, shown, start, start + all.length, self.at) - start;
    shown.fill(0xee);
    if (!Number.isSafeInteger(position) || position < 0) throw new Error(`consumed ${position} bytes`);
    skip[dir] = Math.max(0, position - all.length);
    held[dir] = all.subarray(position);
    mostHeld = Math.max(mostHeld, held[dir].length);
  }

  const self: Feeder = {
    seen,
    get mostHeld() {
      return mostHeld;
    },
    get shown() {
      return shownBytes;
    },
    at: { seconds: 1_700_000_000, nanoseconds: 0, packet: 1 },
    send,
    drip(dir, bytes) {
      for (let i = 0; i < bytes.length; i++) send(dir, bytes.subarray(i, i + 1));
    },
    pieces(dir, bytes, random, most) {
      for (let i = 0; i < bytes.length; ) {
        const length = random.between(1, most);
        send(dir, bytes.subarray(i, i + length));
        i += length;
      }
    },
    gap(dir, missing, reason = 'lost') {
      let left = missing;
      while (left > 0 && skip[dir] > 0) {
        const skipped = Math.min(left, skip[dir]);
        skip[dir] -= skipped;
        left -= skipped;
        decoder.gap(dir, skipped, reason, true, self.at, NOTHING);
        if (skip[dir] === 0) skip[dir] = decoder.data(dir, NOTHING, 0, 0, self.at);
      }
      if (left === 0 && missing > 0) return;
      const last = held[dir];
      held[dir] = NOTHING;
      decoder.gap(dir, left, reason, false, self.at, last);
    },
    end() {
      decoder.close('end', self.at);
    },
  };
  return self;
}

/** A section as its line shows it: without what is undefined. */
function shownOf(section: Json | undefined): JsonObject {
  const strip = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object') return value;
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(entries.map(([key, inner]) => [key, strip(inner as Json)]));
  };
  return strip(section ?? {}) as JsonObject;
}

/** The anomaly that a record tells of, or a section of it; {} if it has none. */
export const anomalyOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.wiretail?.anomaly);
export const rpcOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.rpc);
export const glusterOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.gluster);
export const wiretailOf = ({ body }: EmittedRecord): JsonObject => shownOf(body.sections.wiretail);
export const authOf = (seen: EmittedRecord): JsonObject => shownOf(rpcOf(seen).auth);

export const isAnomaly = ({ body }: EmittedRecord): boolean => body.dataset === 'wiretail.anomaly';
export const messages = (feed: Feeder): EmittedRecord[] => feed.seen.filter((one) => !isAnomaly(one));
export const anomalies = (feed: Feeder): EmittedRecord[] => feed.seen.filter(isAnomaly);
/** What a line tells, in one word each. */
export const actions = (feed: Feeder): string[] => feed.seen.map(({ body }) => body.action);

/** A record as text, to compare it with others. */
export const textOf = (seen: EmittedRecord): string =>
  JSON.stringify(seen, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
