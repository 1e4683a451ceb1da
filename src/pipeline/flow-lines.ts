/**
 * What a connection's records have in common, and the lines about the connection itself. One is made
 * for each connection; pino serialises its constant part once for each direction that speaks.
 */
import type { Logger } from 'pino';
import type { CounterRow } from '../observe/counters.js';
import { Counter } from '../observe/counters.js';
import type { RecordLog } from '../output/record-log.js';
import { formatAddress } from '../packet/address.js';
import { communityId } from '../packet/community-id.js';
import { type Direction, type Emit, type GapReason, type Moment, ToServer } from '../protocols/protocol.js';
import type { JsonObject } from '../records/record.js';
import type { Flow, FlowWatcher } from '../stream/flow.js';

export interface FlowLines extends FlowWatcher {
  readonly emit: Emit;
  /** The protocol is known now: what is written from here on names it. */
  protocol(name: string): void;
}

/** Lines about one connection's stream in a minute of packet time; what is more is counted. */
const ANOMALIES_A_MINUTE = 10;

export function newFlowLines(flow: Flow, log: RecordLog, counters: CounterRow): FlowLines {
  const loggers: [Logger | undefined, Logger | undefined] = [undefined, undefined];
  let protocol: string | undefined;
  let minute = -1;
  let said = 0;

  const logger = (from: Direction): Logger => {
    loggers[from] ??= log.child(bindings(flow, from, protocol));
    return loggers[from];
  };

  const anomaly = (
    from: Direction,
    action: string,
    message: string,
    at: Moment,
    details: JsonObject,
    level: 'warn' | 'error' = 'warn',
  ) => {
    const now = Math.floor(at.seconds / 60);
    if (now !== minute) said = 0;
    minute = now;
    if (++said > ANOMALIES_A_MINUTE) {
      counters[Counter.anomalies_suppressed]++;
      return;
    }
    lines.emit(from, {
      level,
      message,
      seconds: at.seconds,
      nanoseconds: at.nanoseconds,
      packet: at.packet,
      replyPacket: 0,
      dataset: 'wiretail.anomaly',
      action,
      sections: { wiretail: { anomaly: details } },
    });
  };

  const lines: FlowLines = {
    emit(from, body) {
      counters[Counter[`messages_${body.dataset}`]]++;
      if (body.dataset === 'wiretail.anomaly') counters[Counter.anomalies]++;
      log.write(logger(from), body);
    },
    protocol(name) {
      protocol = name;
      loggers[0] = undefined;
      loggers[1] = undefined;
    },
    gap(dir: Direction, missing: number, reason: GapReason, at: Moment) {
      const toward = dir === ToServer ? 'server' : 'client';
      anomaly(dir, 'gap', `${missing} bytes toward the ${toward} were not seen: ${GAP_WORDS[reason]}`, at, {
        bytes: missing,
        reason,
        toward,
      });
    },
    differing(dir: Direction, bytes: number, at: Moment) {
      const toward = dir === ToServer ? 'server' : 'client';
      const message = `${bytes} bytes toward the ${toward} came again with other content; the first are kept`;
      anomaly(dir, 'differing_retransmission', message, at, { bytes, toward });
    },
    fault(error: unknown, at: Moment) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const message = `a decoder failed; the connection is ignored from here on: ${text.split('\n')[0]}`;
      anomaly(ToServer, 'decoder_fault', message, at, { error: text.slice(0, 2000) }, 'error');
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
