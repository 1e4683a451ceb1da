/** Feeds a decoder as the reassembler does: unconsumed bytes are passed again, skipped bytes are not passed. */

import type { PacketTimestamp } from '../../../src/packet/timestamp.js';
import { newGearman } from '../../../src/protocols/gearman/implementation.js';
import {
  type Direction,
  type FlowDecoder,
  type GapReason,
  type Protocol,
  type ProtocolOptions,
  ToClient,
  ToServer,
} from '../../../src/protocols/protocol.js';
import type { JsonObject, RecordBody } from '../../../src/records/record.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';

const NOTHING = Buffer.alloc(0);

export { ToClient, ToServer };

export interface EmittedRecord {
  from: Direction;
  body: RecordBody;
}

export interface Feeder {
  readonly records: EmittedRecord[];
  /** The most bytes that were ever unconsumed. */
  readonly maxUnconsumed: number;
  at: PacketTimestamp;
  send(dir: Direction, bytes: Uint8Array): void;
  /** One byte per call. */
  drip(dir: Direction, bytes: Uint8Array): void;
  gap(dir: Direction, missing: number, reason?: GapReason): void;
  end(): void;
  close(reason: Parameters<FlowDecoder['close']>[0]): void;
}

/** The anomaly or text command of a record; {} if it has none. */
export function anomalyOf({ body }: EmittedRecord): JsonObject {
  return (body.sections.wiretail?.anomaly ?? {}) as JsonObject;
}

export function adminOf({ body }: EmittedRecord): JsonObject {
  return (body.sections.gearman?.admin ?? {}) as JsonObject;
}

export interface FeederOptions {
  payloadBytes?: number;
  fromStart?: boolean;
  /** Shared by several connections. Default: a protocol that does not follow jobs. */
  protocol?: Protocol;
  client?: { port: number; address: number };
  seen?: EmittedRecord[];
}

export function newFeeder(options: FeederOptions = {}): Feeder {
  return new DecoderFeeder(options);
}

class DecoderFeeder implements Feeder {
  readonly records: EmittedRecord[];
  maxUnconsumed = 0;
  at: PacketTimestamp = { seconds: 1_700_000_000, nanoseconds: 0, packet: 1 };
  private readonly decoder: FlowDecoder;
  private readonly unconsumed: [Buffer, Buffer] = [NOTHING, NOTHING];
  private readonly skip: [number, number] = [0, 0];

  constructor({
    payloadBytes = 0,
    fromStart = true,
    client = { port: 40000, address: ADDRESSES.client[3] },
    seen = [],
    protocol,
  }: FeederOptions) {
    this.records = seen;
    const options: ProtocolOptions = { ...PROTOCOL_OPTIONS, payloadBytes, detail: 'full', view: 'messages' };
    const connection = {
      serverPort: 4730,
      clientPort: client.port,
      ...ADDRESSES,
      client: [0, 0, 0, client.address] as const,
      fromStart,
    };
    const emit = (from: Direction, body: RecordBody) => seen.push({ from, body });
    this.decoder = (protocol ?? newGearman(options, HOST_HOOKS)).open(connection, emit, options);
  }

  send(dir: Direction, bytes: Uint8Array): void {
    const { skip } = this;
    let incoming = Buffer.from(bytes);
    if (skip[dir] > 0) {
      const skipped = Math.min(skip[dir], incoming.length);
      skip[dir] -= skipped;
      incoming = incoming.subarray(skipped);
      if (skip[dir] > 0) return;
    }
    // Bytes before and behind reveal a decoder that reads out of bounds; overwriting the bytes afterwards reveals one
    // that keeps a view of them.
    const all = Buffer.concat([this.unconsumed[dir], incoming]);
    const passed = Buffer.concat([Buffer.from([0, 0x0a]), all, Buffer.from([0, 0x0a, 0])]);
    const position = this.decoder.data(dir, passed, 2, 2 + all.length, this.at) - 2;
    passed.fill(0xee);
    skip[dir] = Math.max(0, position - all.length);
    this.unconsumed[dir] = all.subarray(position);
    this.maxUnconsumed = Math.max(this.maxUnconsumed, this.unconsumed[dir].length);
  }

  drip(dir: Direction, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.send(dir, bytes.subarray(i, i + 1));
  }

  gap(dir: Direction, missing: number, reason: GapReason = 'lost'): void {
    const { decoder, skip, unconsumed } = this;
    if (skip[dir] >= missing) {
      decoder.gap(dir, missing, reason, true, this.at, NOTHING);
      skip[dir] -= missing;
      if (skip[dir] === 0) decoder.data(dir, Buffer.alloc(0), 0, 0, this.at);
      return;
    }
    skip[dir] = 0;
    const last = unconsumed[dir];
    unconsumed[dir] = NOTHING;
    decoder.gap(dir, missing, reason, false, this.at, last);
  }

  end(): void {
    this.close('end');
  }

  close(reason: Parameters<FlowDecoder['close']>[0]): void {
    this.decoder.close(reason, this.at);
  }
}
