/**
 * A decoder's thread: reads records from the ring, decodes them and delivers lines in batches. It never returns to its
 * event loop while it runs: the main thread reaches it through control words, and by messages that it polls.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { FileClock } from '../../clock/file-clock.js';
import { LiveClock } from '../../clock/live-clock.js';
import type { PacketClock } from '../../clock/packet-clock.js';
import { type LineBatch, newLineBatch } from '../../lines/line-batch.js';
import { counterRow, total } from '../../observe/counters.js';
import { newHeartbeat, OVER } from '../../observe/health.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import { MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import { RingReader } from '../../ring/reader.js';
import { endOfRecordsWithin } from '../../ring/records.js';
import { PacketDecoder } from '../decode/packet-decoder.js';
import { countedActions, newRecordCounters } from '../decode/record-counters.js';
import { newHeapCompaction } from './gc.js';
import { ControlWord, type DecoderData, type FromDecoder, pendingWord, type ToDecoder } from './messages.js';

/** The longest wait for packets: a heartbeat follows at least this often. */
const WAIT_MS = 250;
/** How long a wait for the outputs lasts before the deadline is checked again. */
const PENDING_WAIT_MS = 100;
/** Records between two checks of the deadline: a whole segment may take seconds. */
const PIECE_BYTES = RECORD_HEADER + MAX_PACKET;
/** A block of the kernel's buffer (native-notes/kernel.md): that much in a segment means that more follows soon. */
const BULK_BYTES = 256 << 10;

function post(message: FromDecoder, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

class DecoderThread {
  private readonly data: DecoderData;
  private readonly control: Int32Array;
  private readonly counters: CounterRow;
  private readonly reader: RingReader;
  private readonly clock: PacketClock;
  private readonly beat: () => void;
  private readonly compactHeap = newHeapCompaction();
  private readonly batch: LineBatch;
  private readonly decoder: PacketDecoder;
  /** Timestamp of the oldest packet in the batch, in milliseconds of monotonic(); NaN: no packet caused its first line. */
  private since = Number.NaN;
  /** Time of the last batch, by performance.now(). */
  private deliveredAt = Number.NEGATIVE_INFINITY;
  private readonly release = (position: number) => this.reader.release(position);
  private isBulk = false;
  private isDecoding = false;
  /** Packets dropped so far, by the kernel and before the ring. */
  private droppedPackets = 0;

  constructor(data: DecoderData) {
    this.data = data;
    this.control = new Int32Array(data.control);
    this.counters = counterRow(data.counters, data.counterRow);
    this.reader = new RingReader(data.ring, data.decoder);
    this.clock = data.live ? new LiveClock() : new FileClock();
    this.beat = newHeartbeat(this.counters);
    this.beat();
    this.batch = newLineBatch(
      () => {
        this.since = this.packetTime();
      },
      (bytes, count) => this.deliverBatch(bytes, count),
    );
    this.decoder = new PacketDecoder(data.options, {
      counters: this.counters,
      checkpoint: new Float64Array(data.checkpoint),
      lines: this.batch,
      clock: this.clock,
      recordCounters: newRecordCounters(data.recordCounters, data.decoder, this.counters),
      onBrickDiscovered: (brick) => post({ kind: 'brickDiscovered', brick }),
    });
    post({ kind: 'actions', actions: countedActions() });
  }

  run(): void {
    try {
      while (!this.reader.isFinished()) this.runOnce();
      this.decoder.end();
    } finally {
      // Also if a packet kills this thread: the lines of earlier packets are valid.
      this.batch.flush();
    }
    this.counters[Counter.heartbeat] = OVER;
    const { seconds, nanoseconds } = this.clock.toWallClock(
      this.decoder.at.seconds,
      this.decoder.at.nanoseconds,
    );
    post({ kind: 'done', seconds, nanoseconds });
  }

  private runOnce(): void {
    const { batch, data } = this;
    // Half as long again as the delay: packets end the wait sooner, and one wake-up serves both.
    const wait = batch.isEmpty() ? WAIT_MS : this.remainingDelay() * 1.5;
    if (this.reader.next(wait)) this.decodeSegment();
    else if (data.live) {
      // Only in a live capture does time pass without packets.
      this.decoder.tick();
      // Lines must not wait for the compaction.
      if (batch.isEmpty()) this.compactHeap();
    }
    if (data.live) this.checkDrops();
    this.receiveMessages();
    if (this.remainingDelay() === 0) this.flushBatch();
    this.beat();
  }

  /** Decodes what the reader has, piece by piece until the deadline. */
  private decodeSegment(): void {
    const { bytes, start, end } = this.reader;
    this.isBulk = end - start >= BULK_BYTES;
    for (let offset = start; offset < end; ) {
      if (Atomics.load(this.control, ControlWord.abandon) === 1) {
        this.decoder.abandon(bytes, offset, end);
        this.reader.release(end);
        return;
      }
      const next = endOfRecordsWithin(bytes, offset, end, PIECE_BYTES);
      this.isDecoding = true;
      this.decoder.decodeRecords(bytes, offset, next, this.release);
      this.isDecoding = false;
      this.beat();
      offset = next;
    }
  }

  /** Dropped packets may have belonged to any connection. */
  private checkDrops(): void {
    const { counters } = this.data;
    const dropped =
      total(counters, Counter.kernel_dropped) + total(counters, Counter.packets_dropped_by_ring);
    if (dropped > this.droppedPackets) this.decoder.reportPacketLoss();
    this.droppedPackets = dropped;
  }

  private receiveMessages(): void {
    for (;;) {
      const received = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
      if (received === undefined) return;
      const message = received.message as ToDecoder;
      if (message.kind === 'brickDiscovered') this.decoder.handleDiscoveredBrick(message.brick);
      else this.decoder.select(message.select);
    }
  }

  /** What is left of the line coalescing delay, in milliseconds. */
  private remainingDelay(): number {
    if (!this.isBulk) return 0;
    return Math.max(0, this.deliveredAt + this.data.coalescingDelay - performance.now());
  }

  private flushBatch(): void {
    if (this.batch.isEmpty()) return;
    this.batch.flush();
    this.deliveredAt = performance.now();
  }

  private deliverBatch(bytes: Uint8Array<ArrayBuffer>, count: number): void {
    const { control, data } = this;
    const word = pendingWord(data.decoder);
    for (;;) {
      const pending = Atomics.load(control, word);
      if (pending <= data.pendingLimit) break;
      if (data.live || Atomics.load(control, ControlWord.abandon) === 1) {
        this.counters[Counter.decoder_lines_dropped] += count;
        return;
      }
      Atomics.wait(control, word, pending, PENDING_WAIT_MS);
    }
    Atomics.add(control, word, bytes.length);
    post({ kind: 'lines', lines: bytes, count, since: this.since }, [bytes.buffer]);
  }

  private packetTime(): number {
    return this.isDecoding ? this.clock.toSystemMonotonic(this.decoder.at) : Number.NaN;
  }
}

// Not while modules are evaluated, which protocols/decoders.ts makes asynchronous: Node 24 aborts the whole process when a
// thread exits or throws then.
setImmediate(() => new DecoderThread(workerData as DecoderData).run());
