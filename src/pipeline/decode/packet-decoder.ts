/**
 * A decoder without its thread: records of the ring in, lines out. It walks every record, and decodes the packets of its
 * shard. Packets are sharded by service, so that all connections of a service meet in one decoder.
 */
import { FileClock } from '../../clock/file-clock.js';
import type { PacketClock } from '../../clock/packet-clock.js';
import type { Select } from '../../config/select-options.js';
import type { LineBuffer } from '../../lines/line-bytes.js';
import { type LineWriter, newLineWriter } from '../../lines/line-writer.js';
import { type Headers, Outcome } from '../../packet/headers.js';
import { PacketParser } from '../../packet/packet-parser.js';
import { newServiceClassifier, shardOf } from '../../packet/service.js';
import { newPacketTimestamp, type PacketTimestamp } from '../../packet/timestamp.js';
import { newProtocols } from '../../protocols/decoders.js';
import type { DiscoveredBrick, HostHooks, Protocol, ProtocolOptions } from '../../protocols/protocol.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import { MARK_LENGTH, Mark, RECORD_HEADER, WATERMARK_UNIT_MS } from '../../ring/layout.js';
import type { StreamLimits } from '../../stream/limits.js';
import { Reassembler, Verdict } from '../../stream/reassembler.js';
import { type Checkpoint, CheckpointWord } from './checkpoint.js';
import { FlowOpener } from './flow-opener.js';
import { PacketAnomalies } from './packet-anomalies.js';
import { NO_RECORD_COUNTERS, type RecordCounters } from './record-counters.js';
import { newSelection, type Selection } from './selection.js';

export interface DecodeOptions extends ProtocolOptions {
  /** This decoder's number, and how many there are. */
  readonly shard: number;
  readonly shards: number;
  readonly maxLine: number;
  readonly select: Select;
  readonly limits: StreamLimits;
  /** Bytes of a packet that are decoded. */
  readonly snaplen: number;
  /** Tunnels to decapsulate: bits of packet/tunnel.ts. */
  readonly tunnels: number;
  /** Packets have numbers (a capture file). */
  readonly numbered: boolean;
}

/** What a decoder works with. */
export interface DecoderHost {
  readonly counters: CounterRow;
  readonly checkpoint: Checkpoint;
  readonly lines: LineBuffer;
  readonly clock?: PacketClock;
  readonly recordCounters?: RecordCounters;
  /** A brick was discovered, for the other decoders. */
  onBrickDiscovered?(brick: DiscoveredBrick): void;
}

/** Counter of each outcome of the headers. */
const IGNORED_COUNTERS: Readonly<Record<Exclude<Outcome, typeof Outcome.tcp>, number>> = {
  [Outcome.notIp]: Counter.packets_ignored_by_not_ip,
  [Outcome.notTcp]: Counter.packets_ignored_by_not_tcp,
  [Outcome.fragment]: Counter.packets_ignored_by_fragment,
  [Outcome.badHeader]: Counter.packets_ignored_by_bad_header,
  [Outcome.truncated]: Counter.packets_ignored_by_cut,
  [Outcome.unknownLink]: Counter.packets_ignored_by_unknown_link,
};

const VERDICT_COUNTERS: Readonly<Record<Verdict, number>> = {
  [Verdict.followed]: Counter.packets_decoded,
  [Verdict.unknown]: Counter.packets_ignored_by_unknown_protocol,
  [Verdict.encrypted]: Counter.packets_ignored_by_encrypted,
};

export class PacketDecoder {
  /** The current packet's timestamp, in monotonic packet time (clock/packet-clock.ts). */
  readonly at: PacketTimestamp = newPacketTimestamp();
  private readonly options: DecodeOptions;
  private readonly counters: CounterRow;
  private readonly checkpoint: Checkpoint;
  private readonly clock: PacketClock;
  /** What timers go by: the capture watermark, or the current packet. */
  private readonly timerTime: PacketTimestamp;
  private readonly parser: PacketParser;
  /** The parser's, of the current packet. */
  private readonly headers: Headers;
  private readonly isToService: (headers: Headers) => boolean;
  private readonly protocols: readonly Protocol[];
  private readonly protocolTicks: readonly ((at: PacketTimestamp) => void)[];
  private readonly reassembler: Reassembler;
  private readonly anomalies: PacketAnomalies;
  private selection: Selection;

  constructor(options: DecodeOptions, host: DecoderHost) {
    const { counters, recordCounters = NO_RECORD_COUNTERS, clock = new FileClock() } = host;
    this.options = options;
    this.counters = counters;
    this.checkpoint = host.checkpoint;
    this.clock = clock;
    this.timerTime = clock.watermark ?? this.at;
    this.parser = new PacketParser(options.tunnels);
    this.headers = this.parser.headers;
    this.isToService = newServiceClassifier(options.servicePorts);
    this.selection = newSelection(options.select, counters, options.redactKey);
    const log = countingLineWriter(newLineWriter(options.maxLine, host.lines, clock.toWallClock), counters);
    this.anomalies = new PacketAnomalies(log, counters);
    this.protocols = newProtocols(options, hooksOf(host, clock), recordCounters.gauges);
    this.protocolTicks = this.protocols.flatMap(({ tick }) => (tick === undefined ? [] : [tick]));
    const opener = new FlowOpener(this.protocols, options, {
      log,
      counters,
      isSelected: (body, caller) => this.selection(body, caller),
      countRecord: recordCounters.countRecord,
    });
    const hooks = {
      openFlow: opener.openFlow.bind(opener),
      isToService: this.isToService,
      suspendFlow: opener.suspendFlow.bind(opener),
    };
    // Senders of live packets choose their addresses: they must not be able to predict the hash.
    const hashSeed = options.numbered ? 0 : Math.floor(Math.random() * 0x7fffffff);
    this.reassembler = new Reassembler(options.limits, counters, hooks, hashSeed);
  }

  /**
   * Decodes the whole records of bytes[start, end).
   *
   * @param release called with the end of each record before it is decoded
   */
  decodeRecords(bytes: Uint8Array, start: number, end: number, release: (end: number) => void): void {
    const { at, checkpoint, clock, counters } = this;
    const { options } = this;
    clock.update();
    for (let position = start; position < end; ) {
      const captured = readU32(bytes, position + 8);
      const wire = readU32(bytes, position + 12);
      const data = position + RECORD_HEADER;
      release(data + captured);
      if (wire === MARK_LENGTH) {
        this.handleMark(readU32(bytes, position), readU32(bytes, position + 4));
      } else {
        counters[Counter.walked]++;
        checkpoint[CheckpointWord.packet]++;
        clock.toPacketTime(readU32(bytes, position), readU32(bytes, position + 4), at);
        at.packet = options.numbered ? checkpoint[CheckpointWord.packet] : 0;
        this.tick();
        // The option is read anew for each packet: test/helpers/dying-decoder.ts depends on it.
        this.decodePacket(bytes, data, Math.min(captured, options.snaplen), wire);
      }
      position = data + captured;
    }
  }

  /** Runs the timers of connections and protocols. */
  tick(): void {
    this.reassembler.tick(this.timerTime);
    for (const tick of this.protocolTicks) tick(this.timerTime);
  }

  /** Packets of unknown connections were dropped. */
  reportPacketLoss(): void {
    for (const protocol of this.protocols) protocol.onPacketLoss?.();
  }

  /** Another decoder discovered a brick. */
  handleDiscoveredBrick(brick: DiscoveredBrick): void {
    for (const protocol of this.protocols) protocol.onBrickDiscovered?.(brick);
  }

  /** Changes which records become lines. */
  select(select: Select): void {
    this.selection = newSelection(select, this.counters, this.options.redactKey);
  }

  /** Counts the packets of bytes[start, end) as dropped, after the deadline of a shutdown. */
  abandon(bytes: Uint8Array, start: number, end: number): void {
    for (let position = start; position < end; ) {
      const captured = readU32(bytes, position + 8);
      const wire = readU32(bytes, position + 12);
      if (wire === MARK_LENGTH) {
        this.handleMark(readU32(bytes, position), readU32(bytes, position + 4));
      } else {
        this.counters[Counter.walked]++;
        const isOwn = this.isInShard(this.parse(bytes, position + RECORD_HEADER, captured, wire));
        this.counters[isOwn ? Counter.abandoned : Counter.other_decoder]++;
      }
      position += RECORD_HEADER + captured;
    }
  }

  /** The input has ended: closes every connection. */
  end(): void {
    this.reassembler.closeAll(this.at);
    for (const protocol of this.protocols) protocol.end?.(this.at);
  }

  private decodePacket(bytes: Uint8Array, start: number, captured: number, wire: number): void {
    const { counters } = this;
    const outcome = this.parse(bytes, start, captured, wire);
    if (!this.isInShard(outcome)) {
      counters[Counter.other_decoder]++;
    } else if (outcome === Outcome.tcp) {
      counters[VERDICT_COUNTERS[this.reassembler.processPacket(this.headers, bytes, this.at)]]++;
    } else {
      counters[IGNORED_COUNTERS[outcome]]++;
      this.anomalies.count(outcome, this.checkpoint[CheckpointWord.linkType], this.at);
    }
  }

  private parse(bytes: Uint8Array, start: number, captured: number, wire: number): Outcome {
    return this.parser.parse(bytes, start, captured, wire, this.checkpoint[CheckpointWord.linkType]);
  }

  /** Whether the packet in `headers` is this decoder's. What has no service belongs to the first, to be counted once. */
  private isInShard(outcome: Outcome): boolean {
    const { shard, shards } = this.options;
    if (outcome !== Outcome.tcp) return shard === 0;
    return shards === 1 || shardOf(this.headers, this.isToService(this.headers), shards) === shard;
  }

  private handleMark(kind: number, value: number): void {
    const { checkpoint } = this;
    if (kind === Mark.link) checkpoint[CheckpointWord.linkType] = value;
    else if (kind === Mark.number) checkpoint[CheckpointWord.packet] = value;
    else if (kind === Mark.file) checkpoint[CheckpointWord.packet] = 0;
    else if (kind === Mark.watermark) {
      this.clock.advanceWatermark(value * WATERMARK_UNIT_MS);
      this.tick();
    }
  }
}

function hooksOf(host: DecoderHost, clock: PacketClock): Omit<HostHooks, 'adjustGauge'> {
  const { counters } = host;
  return {
    count(counter) {
      counters[Counter[counter]]++;
    },
    brickDiscovered: (brick) => host.onBrickDiscovered?.(brick),
    toWallClock: clock.toWallClock,
  };
}

function countingLineWriter({ prefixesFor, write }: LineWriter, counters: CounterRow): LineWriter {
  return {
    prefixesFor,
    write(prefixes, body) {
      counters[Counter.decoder_lines]++;
      write(prefixes, body);
    },
  };
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
