/** Records for what is wrong with a stream, in the words of the protocol that it is. */

import type { PacketTimestamp } from '../packet/timestamp.js';
import { formatByteCount } from '../records/phrases.js';
import type { JsonObject, Level, Sections } from '../records/record.js';
import type { Direction, Emit } from './protocol.js';

/** Why and when the place in a direction was lost, and what was skipped since. */
export interface SyncLoss {
  readonly reason: string;
  /** What else the anomaly tells. */
  readonly details: { readonly [key: string]: string | number };
  /** A fault of the sender: an anomaly even with nothing skipped. */
  readonly always: boolean;
  skipped: number;
  reported: boolean;
  seconds: number;
  nanoseconds: number;
  packet: number;
}

export function newSyncLoss(
  reason: string,
  details: SyncLoss['details'],
  always: boolean,
  at: PacketTimestamp,
): SyncLoss {
  const { seconds, nanoseconds, packet } = at;
  return { reason, details, always, skipped: 0, reported: false, seconds, nanoseconds, packet };
}

/** What a protocol calls its things. */
export interface Terms {
  readonly protocol: string;
  /** What is looked for when the place is lost: `packet`. */
  readonly unit: string;
  /** What a stream can end within: `a packet or line`. */
  readonly piece: string;
  /** `requests` and their `response`. */
  readonly requests: string;
  readonly response: string;
}

/** Whatever has a way to emit records. */
interface Emitter {
  readonly emit: Emit;
}

export function newAnomalies({ protocol, unit, piece, requests, response }: Terms) {
  const tell = (
    { emit }: Emitter,
    from: Direction,
    level: Level,
    action: string,
    message: string,
    details: JsonObject,
    at: PacketTimestamp,
    sections: Sections = {},
  ): void => {
    emit(from, {
      level,
      message,
      seconds: at.seconds,
      nanoseconds: at.nanoseconds,
      packet: at.packet,
      replyPacket: 0,
      dataset: 'wiretail.anomaly',
      action,
      sections: { ...sections, wiretail: { anomaly: { protocol, ...details } } },
    });
  };

  return {
    tell,

    /** The connection ended within something of which nothing else can be told. */
    cutShort(to: Emitter, from: Direction, bytes: number, at: PacketTimestamp): void {
      const message = `the stream ended after ${formatByteCount(bytes)} of ${piece}`;
      tell(to, from, 'warn', 'truncated', message, { reason: 'cut short', bytes }, at);
    },

    forgotten(to: Emitter, from: Direction, count: number, at: PacketTimestamp): void {
      const reason = 'too many outstanding requests';
      const message = `${count} ${requests} were not followed to their ${response}: ${reason}`;
      tell(to, from, 'warn', 'forgotten', message, { reason, requests: count }, at);
    },

    /** A loss of the place: told once, when the place is found again, or when it is not found for long. */
    tellLoss(to: Emitter, from: Direction, loss: SyncLoss, resumed: boolean): void {
      if (loss.reported || (loss.skipped === 0 && !loss.always)) return;
      loss.reported = true;
      const { reason, details, skipped } = loss;
      const end = resumed ? ` to the next ${unit}` : `, no ${unit} found`;
      const level: Level = reason === 'midstream' ? 'info' : 'warn';
      const action = loss.always ? 'malformed' : 'resync';
      const all = { reason, ...details, skipped_bytes: skipped, resumed };
      tell(to, from, level, action, `${reason}: skipped ${formatByteCount(skipped)}${end}`, all, loss);
    },
  };
}
