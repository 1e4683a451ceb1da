/**
 * Lines about packets that can't be followed though they may be ours: told with their count, at most
 * once a minute of packet time for each kind, so that a broken link does not flood the log.
 */

import type { LineWriter } from '../../lines/line-writer.js';
import { MESSAGES } from '../../observe/counters.js';
import { Outcome } from '../../packet/headers.js';
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Counter, type CounterRow } from '../../records/counters.js';

interface Kind {
  readonly action: string;
  readonly words: string;
}

/** What is worth a line. Packets that are no TCP, or were cut by the snapshot length, are only counted. */
const KINDS: Readonly<Partial<Record<Outcome, Kind>>> = {
  [Outcome.fragment]: {
    action: 'ip_fragment',
    words: 'fragments of IP packets, which are not reassembled',
  },
  [Outcome.badHeader]: { action: 'bad_header', words: 'packets whose headers contradict themselves' },
  [Outcome.unknownLink]: { action: 'unknown_link_type', words: 'packets of a link type that is not known' },
};

const QUIET_SECONDS = 60;

export interface PacketAnomalies {
  /** A packet was ignored for this reason. */
  ignored(outcome: Outcome, linkType: number, at: PacketTimestamp): void;
}

export function newPacketAnomalies(log: LineWriter, counters: CounterRow): PacketAnomalies {
  const beginnings = log.prefixesFor({});
  /** By outcome: packets since the last line, and when that was. */
  const since = new Map<Outcome, { packets: number; told: number }>();
  return {
    ignored(outcome, linkType, at) {
      const kind = KINDS[outcome];
      if (kind === undefined) return;
      const state = since.get(outcome) ?? { packets: 0, told: Number.NEGATIVE_INFINITY };
      since.set(outcome, state);
      state.packets++;
      if (at.seconds - state.told < QUIET_SECONDS) {
        counters[Counter.anomalies_suppressed]++;
        return;
      }
      counters[Counter.anomalies_written]++;
      counters[MESSAGES['wiretail.anomaly']]++;
      log.write(beginnings, {
        level: 'warn',
        message: `${state.packets} ${kind.words}`,
        seconds: at.seconds,
        nanoseconds: at.nanoseconds,
        packet: at.packet,
        replyPacket: 0,
        dataset: 'wiretail.anomaly',
        action: kind.action,
        sections: { wiretail: { anomaly: { packets: state.packets, link_type: linkType } } },
      });
      state.packets = 0;
      state.told = at.seconds;
    },
  };
}
