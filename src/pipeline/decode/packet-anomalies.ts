/**
 * Lines about packets that can't be decoded though they may be relevant. Each kind is reported with its count, at most
 * once a minute of packet time, so that a broken link does not flood the log.
 */
import type { LinePrefixes, LineWriter } from '../../lines/line-writer.js';
import { MESSAGES } from '../../observe/counters.js';
import { Outcome } from '../../packet/headers.js';
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Counter, type CounterRow } from '../../records/counters.js';

interface Kind {
  readonly action: string;
  readonly description: string;
}

/** Other outcomes are only counted. */
const KINDS: Readonly<Partial<Record<Outcome, Kind>>> = {
  [Outcome.fragment]: {
    action: 'ip_fragment',
    description: 'IP fragments, which are not reassembled',
  },
  [Outcome.badHeader]: { action: 'bad_header', description: 'packets with inconsistent headers' },
  [Outcome.unknownLink]: { action: 'unknown_link_type', description: 'packets of an unknown link type' },
};

const INTERVAL_SECONDS = 60;

interface KindState {
  /** Packets since the last line. */
  packets: number;
  reportedAt: number;
}

export class PacketAnomalies {
  private readonly log: LineWriter;
  private readonly prefixes: LinePrefixes;
  private readonly counters: CounterRow;
  private readonly states = new Map<Outcome, KindState>();

  constructor(log: LineWriter, counters: CounterRow) {
    this.log = log;
    this.prefixes = log.prefixesFor({});
    this.counters = counters;
  }

  /** A packet was ignored for this reason. */
  count(outcome: Outcome, linkType: number, at: PacketTimestamp): void {
    const kind = KINDS[outcome];
    if (kind === undefined) return;
    const state = this.states.get(outcome) ?? { packets: 0, reportedAt: Number.NEGATIVE_INFINITY };
    this.states.set(outcome, state);
    state.packets++;
    if (at.seconds - state.reportedAt < INTERVAL_SECONDS) {
      this.counters[Counter.anomalies_suppressed]++;
      return;
    }
    this.report(kind, state.packets, linkType, at);
    state.packets = 0;
    state.reportedAt = at.seconds;
  }

  private report(
    { action, description }: Kind,
    packets: number,
    linkType: number,
    at: PacketTimestamp,
  ): void {
    this.counters[Counter.anomalies_written]++;
    this.counters[MESSAGES['wiretail.anomaly']]++;
    this.log.write(this.prefixes, {
      level: 'warn',
      message: `${description}: ${packets}`,
      seconds: at.seconds,
      nanoseconds: at.nanoseconds,
      packet: at.packet,
      replyPacket: 0,
      dataset: 'wiretail.anomaly',
      action,
      sections: { wiretail: { anomaly: { packets, link_type: linkType } } },
    });
  }
}
