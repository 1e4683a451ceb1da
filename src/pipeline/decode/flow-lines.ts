/**
 * What a connection's records have in common, and the lines about the connection itself. One is made
 * for each connection; pino serialises its constant part once for each direction that speaks.
 */

import type { LinePrefixes, LineWriter } from '../../lines/line-writer.js';
import { MESSAGES } from '../../observe/counters.js';
import { formatAddress } from '../../packet/address.js';
import { communityId } from '../../packet/community-id.js';
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { type Direction, type Emit, type GapReason, ToServer } from '../../protocols/protocol.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import type { JsonObject } from '../../records/record.js';
import type { Flow, FlowObserver } from '../../stream/connection.js';
import type { RecordCounters } from './record-counters.js';
import type { Selection } from './selection.js';

export interface FlowLines extends FlowObserver {
  readonly emit: Emit;
  /** The protocol is known now: what is written from here on names it. */
  protocol(name: string): void;
}

/** Lines about one connection's stream in a minute of packet time; what is more is counted. */
const ANOMALIES_A_MINUTE = 10;

export function newFlowLines(
  flow: Flow,
  log: LineWriter,
  counters: CounterRow,
  selected: Selection,
  count: RecordCounters['record'],
): FlowLines {
  const beginnings: [LinePrefixes | undefined, LinePrefixes | undefined] = [undefined, undefined];
  let protocol: string | undefined;
  const caller = {
    address: formatAddress(flow.ipVersion, ...flow.client),
    salt: flow.client[3] ^ (flow.clientPort << 16) ^ flow.serverPort,
  };
  let minute = -1;
  let said = 0;

  const begin = (from: Direction): LinePrefixes => {
    beginnings[from] ??= log.prefixesFor(bindings(flow, from, protocol));
    return beginnings[from];
  };

  /** Whether one more anomaly may be written in this minute. */
  const mayTell = (seconds: number): boolean => {
    const now = Math.floor(seconds / 60);
    if (now > minute) {
      minute = now;
      said = 0;
    }
    if (++said <= ANOMALIES_A_MINUTE) return true;
    counters[Counter.anomalies_suppressed]++;
    return false;
  };

  const put: Emit = (from, body) => {
    if (body.dataset === 'wiretail.anomaly') counters[Counter.anomalies_written]++;
    counters[MESSAGES[body.dataset]]++;
    if (selected(body, caller)) log.write(begin(from), body);
  };

  const tell = (
    from: Direction,
    level: 'warn' | 'error',
    dataset: 'wiretail.anomaly' | 'wiretail.flow',
    action: string,
    message: string,
    wiretail: JsonObject,
    { seconds, nanoseconds, packet }: PacketTimestamp,
    emit = lines.emit,
  ) => {
    const when = { seconds, nanoseconds, packet, replyPacket: 0 };
    emit(from, { level, message, ...when, dataset, action, sections: { wiretail } });
  };

  const lines: FlowLines = {
    emit(from, body) {
      count(body);
      // A decoder that failed fails once.
      if (body.dataset === 'wiretail.anomaly' && body.level !== 'error' && !mayTell(body.seconds)) return;
      put(from, body);
    },
    protocol(name) {
      protocol = name;
      beginnings[0] = undefined;
      beginnings[1] = undefined;
    },
    onGap(dir, bytes, reason, at) {
      // With a short snapshot nearly every message has one, and most are not told of. The stream counts them.
      if (!mayTell(at.seconds)) return;
      const toward = dir === ToServer ? 'server' : 'client';
      const message = `${bytes} bytes toward the ${toward} were not seen: ${GAP_WORDS[reason]}`;
      tell(dir, 'warn', 'wiretail.anomaly', 'gap', message, { anomaly: { bytes, reason, toward } }, at, put);
    },
    onDifferingRetransmission(dir, bytes, at) {
      const toward = dir === ToServer ? 'server' : 'client';
      const message = `${bytes} bytes toward the ${toward} came again with other content; the first are kept`;
      const anomaly = { bytes, toward };
      tell(dir, 'warn', 'wiretail.anomaly', 'differing_retransmission', message, { anomaly }, at);
    },
    onAsymmetric(dir, missing, at) {
      const toward = dir === ToServer ? 'server' : 'client';
      const message = `only packets toward the ${toward} are seen: nothing is paired with its answer`;
      tell(
        dir,
        'warn',
        'wiretail.flow',
        'asymmetric',
        message,
        { flow: { toward, missing_bytes: missing } },
        at,
      );
    },
    canSuspend: (at) => at.seconds >= 60 * (minute + 1),
    onDecoderFault(error, at) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const message = `a decoder failed; the connection is ignored from here on: ${text.split('\n')[0]}`;
      const anomaly = { error: text.slice(0, 2000) };
      tell(ToServer, 'error', 'wiretail.anomaly', 'decoder_fault', message, { anomaly }, at);
    },
  };
  return lines;
}

const GAP_WORDS: Readonly<Record<GapReason, string>> = {
  lost: 'their packets were not captured',
  snaplen: 'cut by the snapshot length',
  limit: 'too much waited out of order',
  midstream: 'the connection was joined in the middle',
};

function bindings(flow: Flow, from: Direction, protocol: string | undefined): JsonObject {
  const server = { ip: formatAddress(flow.ipVersion, ...flow.server), port: flow.serverPort };
  const client = { ip: formatAddress(flow.ipVersion, ...flow.client), port: flow.clientPort };
  return {
    source: from === ToServer ? client : server,
    destination: from === ToServer ? server : client,
    network: {
      transport: 'tcp',
      type: flow.ipVersion === 6 ? 'ipv6' : 'ipv4',
      protocol,
      community_id: communityId({
        ipVersion: flow.ipVersion,
        src0: flow.client[0],
        src1: flow.client[1],
        src2: flow.client[2],
        src3: flow.client[3],
        dst0: flow.server[0],
        dst1: flow.server[1],
        dst2: flow.server[2],
        dst3: flow.server[3],
        srcPort: flow.clientPort,
        dstPort: flow.serverPort,
      }),
    },
  };
}
