/**
 * The lines of one connection: the prefix that its records share, and the lines about its stream. pino serialises the
 * prefix once for each direction that sends.
 */
import type { LinePrefixes, LineWriter } from '../../lines/line-writer.js';
import { MESSAGES } from '../../observe/counters.js';
import { formatAddress } from '../../packet/address.js';
import { communityId } from '../../packet/community-id.js';
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { type Direction, type Emit, type GapReason, ToServer } from '../../protocols/protocol.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import type { JsonObject, RecordBody } from '../../records/record.js';
import type { Flow, FlowObserver } from '../../stream/connection.js';
import type { Caller, Selection } from './selection.js';

/** What the lines of all connections of a decoder share. */
export interface FlowLinesContext {
  readonly log: LineWriter;
  readonly counters: CounterRow;
  readonly isSelected: Selection;
  /** Counts a record, before selection. */
  countRecord(body: RecordBody): void;
}

/** Anomalies of one connection that are written in a minute of packet time; the others are only counted. */
const ANOMALIES_PER_MINUTE = 10;

const GAP_REASONS: Readonly<Record<GapReason, string>> = {
  lost: 'not captured',
  snaplen: 'cut by the snapshot length',
  limit: 'too many bytes were queued out of order',
  midstream: 'midstream pickup',
};

const MAX_ERROR_LENGTH = 2000;

export class FlowLines implements FlowObserver {
  /** Writes a record. Bound: protocols keep it. */
  readonly emit: Emit = (from, body) => {
    this.context.countRecord(body);
    // A failed decoder reports its fault only once.
    const isLimited = body.dataset === 'wiretail.anomaly' && body.level !== 'error';
    if (isLimited && !this.isWithinLimit(body.seconds)) return;
    this.write(from, body);
  };
  private readonly context: FlowLinesContext;
  private readonly flow: Flow;
  private readonly caller: Caller;
  private readonly prefixes: [LinePrefixes | undefined, LinePrefixes | undefined] = [undefined, undefined];
  private protocol: string | undefined = undefined;
  private minute = -1;
  private anomaliesInMinute = 0;

  constructor(flow: Flow, context: FlowLinesContext) {
    this.flow = flow;
    this.context = context;
    this.caller = {
      address: formatAddress(flow.ipVersion, ...flow.client),
      salt: flow.client[3] ^ (flow.clientPort << 16) ^ flow.serverPort,
    };
  }

  /** The protocol is detected: lines name it from here on. */
  setProtocol(name: string): void {
    this.protocol = name;
    this.prefixes[0] = undefined;
    this.prefixes[1] = undefined;
  }

  onGap(dir: Direction, bytes: number, reason: GapReason, at: PacketTimestamp): void {
    // With a short snapshot length nearly every message has a gap. The reassembler counts them all.
    if (!this.isWithinLimit(at.seconds)) return;
    const toward = towardOf(dir);
    this.write(
      dir,
      recordOf(at, 'gap', `${bytes} bytes toward the ${toward} are missing: ${GAP_REASONS[reason]}`, {
        anomaly: { bytes, reason, toward },
      }),
    );
  }

  onDifferingRetransmission(dir: Direction, bytes: number, at: PacketTimestamp): void {
    const toward = towardOf(dir);
    this.emit(
      dir,
      recordOf(
        at,
        'differing_retransmission',
        `${bytes} bytes toward the ${toward} were retransmitted with other content; the first content is used`,
        { anomaly: { bytes, toward } },
      ),
    );
  }

  onAsymmetric(dir: Direction, missing: number, at: PacketTimestamp): void {
    const toward = towardOf(dir);
    const message = `asymmetric flow: only packets toward the ${toward} are seen; requests and replies are not paired`;
    const record = recordOf(at, 'asymmetric', message, { flow: { toward, missing_bytes: missing } });
    record.dataset = 'wiretail.flow';
    this.emit(dir, record);
  }

  onDecoderFault(error: unknown, at: PacketTimestamp): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const message = `a decoder failed; the connection is ignored from here on: ${text.split('\n')[0]}`;
    const record = recordOf(at, 'decoder_fault', message, {
      anomaly: { error: text.slice(0, MAX_ERROR_LENGTH) },
    });
    record.level = 'error';
    this.emit(ToServer, record);
  }

  /** Not within a minute with anomalies: their number is not kept while the flow is suspended. */
  canSuspend(at: PacketTimestamp): boolean {
    return at.seconds >= 60 * (this.minute + 1);
  }

  private write(from: Direction, body: RecordBody): void {
    const { counters, isSelected, log } = this.context;
    if (body.dataset === 'wiretail.anomaly') counters[Counter.anomalies_written]++;
    counters[MESSAGES[body.dataset]]++;
    if (isSelected(body, this.caller)) log.write(this.prefixesOf(from), body);
  }

  private prefixesOf(from: Direction): LinePrefixes {
    const known = this.prefixes[from];
    if (known !== undefined) return known;
    const prefixes = this.context.log.prefixesFor(bindingsOf(this.flow, from, this.protocol));
    this.prefixes[from] = prefixes;
    return prefixes;
  }

  /** Counts an anomaly. Whether it may be written in this minute. */
  private isWithinLimit(seconds: number): boolean {
    const minute = Math.floor(seconds / 60);
    if (minute > this.minute) {
      this.minute = minute;
      this.anomaliesInMinute = 0;
    }
    this.anomaliesInMinute++;
    if (this.anomaliesInMinute <= ANOMALIES_PER_MINUTE) return true;
    this.context.counters[Counter.anomalies_suppressed]++;
    return false;
  }
}

const towardOf = (dir: Direction) => (dir === ToServer ? 'server' : 'client');

/** A warning of the dataset wiretail.anomaly. */
function recordOf(
  { seconds, nanoseconds, packet }: PacketTimestamp,
  action: string,
  message: string,
  wiretail: JsonObject,
): RecordBody {
  return {
    level: 'warn',
    message,
    seconds,
    nanoseconds,
    packet,
    replyPacket: 0,
    dataset: 'wiretail.anomaly',
    action,
    sections: { wiretail },
  };
}

function bindingsOf(flow: Flow, from: Direction, protocol: string | undefined): JsonObject {
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
