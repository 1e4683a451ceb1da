/** Anomalies of a stream as records, in the terms of its protocol. */
import type { PacketTimestamp } from '../packet/timestamp.js';
import { formatByteCount } from '../records/phrases.js';
import type { JsonObject, Level, Sections } from '../records/record.js';
import type { SyncLoss } from './framing/sync-loss.js';
import type { Direction, Emit } from './protocol.js';

/** The nouns of a protocol in messages. */
export interface Terms {
  readonly protocol: string;
  /** The unit that is searched after a loss of sync: `packet`. */
  readonly unit: string;
  /** The unit that the end of a stream truncates: `a packet or line`. */
  readonly piece: string;
  /** `calls` and their `reply`. */
  readonly requests: string;
  readonly response: string;
}

interface Emitter {
  readonly emit: Emit;
}

interface Anomaly {
  readonly level: Level;
  readonly action: string;
  readonly message: string;
  readonly details: JsonObject;
  readonly sections?: Sections;
}

export class Anomalies {
  private readonly terms: Terms;

  constructor(terms: Terms) {
    this.terms = terms;
  }

  report(to: Emitter, from: Direction, anomaly: Anomaly, at: PacketTimestamp): void {
    const { level, message, action, sections, details } = anomaly;
    to.emit(from, {
      level,
      message,
      seconds: at.seconds,
      nanoseconds: at.nanoseconds,
      packet: at.packet,
      replyPacket: 0,
      dataset: 'wiretail.anomaly',
      action,
      sections: { ...sections, wiretail: { anomaly: { protocol: this.terms.protocol, ...details } } },
    });
  }

  /** Reports that the stream ended within a message that has no record of its own. */
  reportTruncated(to: Emitter, from: Direction, bytes: number, at: PacketTimestamp): void {
    const message = `the stream ended after ${formatByteCount(bytes)} of ${this.terms.piece}`;
    const details = { reason: 'truncated at end of stream', bytes };
    this.report(to, from, { level: 'warn', action: 'truncated', message, details }, at);
  }

  /** Reports evicted requests: their responses cannot be paired. */
  reportEvicted(to: Emitter, from: Direction, count: number, at: PacketTimestamp): void {
    const { requests, response } = this.terms;
    const reason = 'too many outstanding requests';
    const message = `stopped waiting for the ${response} to ${count} ${requests}: ${reason}`;
    const details = { reason, requests: count };
    this.report(to, from, { level: 'warn', action: 'evicted', message, details }, at);
  }

  /** Reports a loss of sync once: after resynchronising, or after too many skipped bytes. */
  reportSyncLoss(to: Emitter, from: Direction, loss: SyncLoss, resumed: boolean): void {
    if (loss.reported || (loss.skipped === 0 && !loss.malformed)) return;
    loss.reported = true;
    const { reason, skipped } = loss;
    const { unit } = this.terms;
    const anomaly: Anomaly = {
      level: reason === 'midstream' ? 'info' : 'warn',
      action: loss.malformed ? 'malformed' : 'resync',
      message: `${reason}: skipped ${formatByteCount(skipped)}${resumed ? ` to the next ${unit}` : `, no ${unit} found`}`,
      details: { reason, ...loss.details, skipped_bytes: skipped, resumed },
    };
    this.report(to, from, anomaly, loss);
  }
}
