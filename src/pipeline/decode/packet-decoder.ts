/**
 * One decoder's work on packets, without its thread: records of the ring in, lines out. It walks every
 * record, and decodes the packets whose service is its own (design: sharding by service).
 */

import { FileClock } from '../../clock/file-clock.js';
import type { PacketClock } from '../../clock/packet-clock.js';
import type { Select } from '../../config/select-options.js';
import type { LineBuffer } from '../../lines/line-bytes.js';
import { type LineWriter, newLineWriter } from '../../lines/line-writer.js';
import { Outcome } from '../../packet/headers.js';
import { PacketParser } from '../../packet/packet-parser.js';
import { newServiceClassifier, shardOf } from '../../packet/service.js';
import { newPacketTimestamp, type PacketTimestamp } from '../../packet/timestamp.js';
import { newProtocols } from '../../protocols/decoders.js';
import { asMidstream, newDetector } from '../../protocols/detect.js';
import type { DiscoveredBrick, ProtocolOptions, SuspendedDecoder } from '../../protocols/protocol.js';
import { Counter, type CounterName, type CounterRow } from '../../records/counters.js';
import { MARK_LENGTH, Mark, RECORD_HEADER, WATERMARK_UNIT_MS } from '../../ring/layout.js';
import type { Flow } from '../../stream/connection.js';
import type { StreamLimits } from '../../stream/limits.js';
import { Reassembler, Verdict } from '../../stream/reassembler.js';
import { type Checkpoint, CheckpointWord } from './checkpoint.js';
import { newFlowLines } from './flow-lines.js';
import { newPacketAnomalies } from './packet-anomalies.js';
import { NO_RECORD_COUNTERS, type RecordCounters } from './record-counters.js';
import { newSelection, type Selection } from './selection.js';
import { reportUnrecognised } from './unrecognised-line.js';

export interface DecodeOptions extends ProtocolOptions {
  /** This decoder's number, of so many. */
  readonly shard: number;
  readonly shards: number;
  readonly maxLine: number;
  readonly select: Select;
  readonly limits: StreamLimits;
  /** Bytes of a packet that are looked at. */
  readonly snaplen: number;
  /** Tunnels whose packets are looked into: bits of packet/tunnel.ts. */
  readonly tunnels: number;
  /** Packets have numbers (a capture file). */
  readonly numbered: boolean;
}

export interface PacketDecoder {
  /** The time of the packet at hand, as it is kept (clock/packet-clock.ts). */
  readonly at: PacketTimestamp;
  /** Walks the whole records of bytes[start, end). `done` is told each record's end before it is decoded. */
  records(bytes: Uint8Array, start: number, end: number, done: (at: number) => void): void;
  /** No packet came: what is waited for too long is given up. */
  idle(): void;
  /** Packets were dropped before they came here. */
  missed(): void;
  /** Another decoder has found a brick. */
  found(brick: DiscoveredBrick): void;
  /** Other lines are written from here on. */
  select(select: Select): void;
  /** Counts the packets of bytes[start, end) as dropped: the run must end now. */
  abandon(bytes: Uint8Array, start: number, end: number): void;
  /** The input has ended: ends every connection. */
  end(): void;
}

/** Counter of each outcome of the headers. */
const IGNORED: Readonly<Record<Exclude<Outcome, typeof Outcome.tcp>, number>> = {
  [Outcome.notIp]: Counter.packets_ignored_by_not_ip,
  [Outcome.notTcp]: Counter.packets_ignored_by_not_tcp,
  [Outcome.fragment]: Counter.packets_ignored_by_fragment,
  [Outcome.badHeader]: Counter.packets_ignored_by_bad_header,
  [Outcome.truncated]: Counter.packets_ignored_by_cut,
  [Outcome.unknownLink]: Counter.packets_ignored_by_unknown_link,
};

/** Counter of each packet that has come so far. */
const FATES: Readonly<Record<Verdict, number>> = {
  [Verdict.followed]: Counter.packets_decoded,
  [Verdict.unknown]: Counter.packets_ignored_by_unknown_protocol,
  [Verdict.encrypted]: Counter.packets_ignored_by_encrypted,
};

export function newPacketDecoder(
  options: DecodeOptions,
  counters: CounterRow,
  place: Checkpoint,
  lines: LineBuffer,
  found: (brick: DiscoveredBrick) => void = () => {},
  tally: RecordCounters = NO_RECORD_COUNTERS,
  clock: PacketClock = new FileClock(),
): PacketDecoder {
  const parser = new PacketParser(options.tunnels);
  const { headers } = parser;
  // Live, whoever sends packets also chooses their addresses: nobody outside can know the hash's seed.
  const hashSeed = options.numbered ? 0 : Math.floor(Math.random() * 0x7fffffff);
  const at = newPacketTimestamp();
  const time = clock.watermark ?? at;
  const isToService = newServiceClassifier(options.servicePorts);
  const { prefixesFor, write } = newLineWriter(options.maxLine, lines, clock.toWallClock);
  const log: LineWriter = {
    prefixesFor,
    write(beginnings, body) {
      counters[Counter.decoder_lines]++;
      write(beginnings, body);
    },
  };
  const host = {
    count(counter: CounterName) {
      counters[Counter[counter]]++;
    },
    brickDiscovered: found,
    toWallClock: clock.toWallClock,
  };
  const known = newProtocols(options, host, tally.gauges);
  const services = new Set(options.servicePorts);

  let selection = newSelection(options.select, counters, options.redactKey);
  const selected: Selection = (body, caller) => selection(body, caller);
  const anomalies = newPacketAnomalies(log, counters);

  const openFlow = (flow: Flow, rest?: object) => {
    const lines = newFlowLines(flow, log, counters, selected, tally.record);
    flow.observer = lines;
    const asleep = rest as SuspendedDecoder | undefined;
    const seen = asleep === undefined || asleep.fromStart === flow.fromStart ? flow : asMidstream(flow);
    if (flow.protocol > 0) {
      const protocol = known[flow.protocol - 1];
      lines.protocol(protocol.name);
      flow.decoder = protocol.open(seen, lines.emit, options, asleep);
      return;
    }
    flow.decoder = newDetector(seen, lines.emit, {
      protocols: known,
      options,
      detected(protocol, decoder) {
        lines.protocol(protocol.name);
        flow.protocol = known.indexOf(protocol) + 1;
        flow.decoder = decoder;
        if (flow.pendingGap) decoder.onPendingGap?.(true);
        if (!protocol.encrypted) return;
        flow.encrypted = true;
        counters[Counter.flows_encrypted]++;
      },
      rejected(dir, bytes, start, end, at) {
        flow.ignored = true;
        counters[Counter.flows_unknown]++;
        // Elsewhere it is nobody's business: the default filter takes every connection from a port above
        // 49152, and a busy host has thousands of them.
        if (!services.has(flow.serverPort)) return;
        reportUnrecognised(lines.emit, dir, flow.serverPort, bytes, start, end, options.payloadBytes, at);
      },
    });
  };
  const suspendFlow = (
    { decoder, observer: watcher }: Flow,
    at: PacketTimestamp,
  ): SuspendedDecoder | undefined => (watcher.canSuspend?.(at) === false ? undefined : decoder.suspend?.(at));
  const ticking = known.flatMap((protocol) => (protocol.tick === undefined ? [] : [protocol.tick]));
  const hooks = { openFlow, isToService, suspendFlow };
  const reassembler = new Reassembler(options.limits, counters, hooks, hashSeed);
  const tick = () => {
    reassembler.tick(time);
    for (const one of ticking) one(time);
  };

  const packet = (bytes: Uint8Array, start: number, captured: number, wire: number) => {
    const outcome = parser.parse(bytes, start, captured, wire, place[CheckpointWord.linkType]);
    if (outcome !== Outcome.tcp) {
      // What has no service belongs to the first decoder, so that it is counted once.
      if (options.shard === 0) {
        counters[IGNORED[outcome]]++;
        anomalies.ignored(outcome, place[CheckpointWord.linkType], at);
      } else counters[Counter.other_decoder]++;
      return;
    }
    if (options.shards > 1 && shardOf(headers, isToService(headers), options.shards) !== options.shard) {
      counters[Counter.other_decoder]++;
      return;
    }
    const fate = reassembler.processPacket(headers, bytes, at);
    counters[FATES[fate]]++;
  };

  const isOwn = (bytes: Uint8Array, start: number, captured: number, wire: number): boolean => {
    const outcome = parser.parse(bytes, start, captured, wire, place[CheckpointWord.linkType]);
    if (outcome !== Outcome.tcp) return options.shard === 0;
    return shardOf(headers, isToService(headers), options.shards) === options.shard;
  };

  const mark = (kind: number, value: number) => {
    if (kind === Mark.link) place[CheckpointWord.linkType] = value;
    else if (kind === Mark.number) place[CheckpointWord.packet] = value;
    else if (kind === Mark.file) place[CheckpointWord.packet] = 0;
    else if (kind === Mark.watermark) {
      clock.advanceWatermark(value * WATERMARK_UNIT_MS);
      tick();
    }
  };

  return {
    at,
    records(bytes, start, end, done) {
      let position = start;
      clock.update();
      while (position < end) {
        const captured = readU32(bytes, position + 8);
        const wire = readU32(bytes, position + 12);
        const data = position + RECORD_HEADER;
        done(data + captured);
        if (wire === MARK_LENGTH) {
          mark(readU32(bytes, position), readU32(bytes, position + 4));
        } else {
          counters[Counter.walked]++;
          place[CheckpointWord.packet]++;
          clock.toPacketTime(readU32(bytes, position), readU32(bytes, position + 4), at);
          at.packet = options.numbered ? place[CheckpointWord.packet] : 0;
          tick();
          packet(bytes, data, Math.min(captured, options.snaplen), wire);
        }
        position = data + captured;
      }
    },
    idle: tick,
    missed() {
      for (const protocol of known) protocol.onPacketLoss?.();
    },
    found(brick) {
      for (const protocol of known) protocol.onBrickDiscovered?.(brick);
    },
    select(select) {
      selection = newSelection(select, counters, options.redactKey);
    },
    abandon(bytes, start, end) {
      for (let position = start; position < end; ) {
        const wire = readU32(bytes, position + 12);
        if (wire !== MARK_LENGTH) {
          counters[Counter.walked]++;
          const own = isOwn(bytes, position + RECORD_HEADER, readU32(bytes, position + 8), wire);
          counters[own ? Counter.abandoned : Counter.other_decoder]++;
        } else mark(readU32(bytes, position), readU32(bytes, position + 4));
        position += RECORD_HEADER + readU32(bytes, position + 8);
      }
    },
    end() {
      reassembler.closeAll(at);
      for (const protocol of known) protocol.end?.(at);
    },
  };
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
