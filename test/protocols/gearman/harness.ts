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

export interface Seen {
  from: Direction;
  body: RecordBody;
}

export interface Feeder {
  readonly seen: Seen[];
  /** The most bytes that were ever unconsumed. */
  readonly mostHeld: number;
  at: PacketTimestamp;
  send(dir: Direction, bytes: Uint8Array): void;
  /** One byte per call. */
  drip(dir: Direction, bytes: Uint8Array): void;
  gap(dir: Direction, missing: number, reason?: GapReason): void;
  end(): void;
  close(reason: Parameters<FlowDecoder['close']>[0]): void;
}

/** The anomaly or text command of a record; {} if it has none. */
export function anomalyOf({ body }: Seen): JsonObject {
  return (body.sections.wiretail?.anomaly ?? {}) as JsonObject;
}

export function adminOf({ body }: Seen): JsonObject {
  return (body.sections.gearman?.admin ?? {}) as JsonObject;
}

export interface FeederOptions {
  payloadBytes?: number;
  fromStart?: boolean;
  /** Shared by several connections; by default one that does not follow jobs. */
  protocol?: Protocol;
  client?: { port: number; address: number };
  seen?: Seen[];
}

export function feeder({
  payloadBytes = 0,
  fromStart = true,
  client = { port: 40000, address: ADDRESSES.client[3] },
  seen = [],
  protocol,
}: FeederOptions = {}): Feeder {
  const options: ProtocolOptions = { ...PROTOCOL_OPTIONS, payloadBytes, detail: 'full', view: 'messages' };
  const connection = {
    serverPort: 4730,
    clientPort: client.port,
    ...ADDRESSES,
    client: [0, 0, 0, client.address] as const,
    fromStart,
  };
  const emit = (from: Direction, body: RecordBody) => seen.push({ from, body });
  const decoder = (protocol ?? newGearman(options, HOST_HOOKS)).open(connection, emit, options);
  const held: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
  const skip: [number, number] = [0, 0];
  let mostHeld = 0;

  function send(dir: Direction, bytes: Uint8Array): void {
    let fresh = Buffer.from(bytes);
    if (skip[dir] > 0) {
      const passed = Math.min(skip[dir], fresh.length);
      skip[dir] -= passed;
      fresh = fresh.subarray(passed);
      if (skip[dir] > 0) return;
    }
    // Other bytes around the passed ones catch a decoder that reads outside of them. They are overwritten
    // afterwards, which catches one that keeps a view.
    const all = Buffer.concat([held[dir], fresh]);
    const shown = Buffer.concat([Buffer.from([0, 0x0a]), all, Buffer.from([0, 0x0a, 0])]);
    const position = decoder.data(dir, shown, 2, 2 + all.length, self.at) - 2;
    shown.fill(0xee);
    skip[dir] = Math.max(0, position - all.length);
    held[dir] = all.subarray(position);
    mostHeld = Math.max(mostHeld, held[dir].length);
  }

  const self: Feeder = {
    seen,
    get mostHeld() {
      return mostHeld;
    },
    at: { seconds: 1_700_000_000, nanoseconds: 0, packet: 1 },
    send,
    drip(dir, bytes) {
      for (let i = 0; i < bytes.length; i++) send(dir, bytes.subarray(i, i + 1));
    },
    gap(dir, missing, reason = 'lost') {
      if (skip[dir] >= missing) {
        decoder.gap(dir, missing, reason, true, self.at, NOTHING);
        skip[dir] -= missing;
        if (skip[dir] === 0) decoder.data(dir, Buffer.alloc(0), 0, 0, self.at);
        return;
      }
      skip[dir] = 0;
      const last = held[dir];
      held[dir] = NOTHING;
      decoder.gap(dir, missing, reason, false, self.at, last);
    },
    end() {
      decoder.close('end', self.at);
    },
    close(reason) {
      decoder.close(reason, self.at);
    },
  };
  return self;
}
