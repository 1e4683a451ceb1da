/**
 * A decoder's thread: waits for records in the ring, decodes, and hands lines over in batches. It never
 * returns to its event loop while it runs; the main thread speaks to it through the control words, and
 * hands on what other decoders have found.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { FileClock } from '../../clock/file-clock.js';
import { LiveClock } from '../../clock/live-clock.js';
import { newLineBatch } from '../../lines/line-batch.js';
import { counterRow, total } from '../../observe/counters.js';
import { newHeartbeat, OVER } from '../../observe/health.js';
import { Counter } from '../../records/counters.js';
import { MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import { RingReader } from '../../ring/reader.js';
import { endOfRecordsWithin } from '../../ring/records.js';
import { newPacketDecoder } from '../decode/packet-decoder.js';
import { countedActions, newRecordCounters } from '../decode/record-counters.js';
import { newHeapCompaction } from './gc.js';
import { ControlWord, type DecoderData, type FromDecoder, pendingWord, type ToDecoder } from './messages.js';

/** The longest sleep without packets: counters are published, and progress is told, at least this often. */
const WAIT_MS = 250;
/** Records that are decoded before it is asked again whether time is up: a segment may take seconds. */
const PIECE_BYTES = RECORD_HEADER + MAX_PACKET;
/** As much as a block of the kernel's (native-notes/kernel.md), which it hands over sooner only when its time is up. */
const BUSY_BYTES = 256 << 10;

const data = workerData as DecoderData;
const control = new Int32Array(data.control);
const counters = counterRow(data.counters, data.counterRow);
const pending = pendingWord(data.decoder);
const place = new Float64Array(data.place);
const reader = new RingReader(data.ring, data.decoder);
const release = (position: number) => reader.release(position);
const clock = data.live ? new LiveClock() : new FileClock();
const beat = newHeartbeat(counters);
const tidy = newHeapCompaction();
beat();

/** The time of the oldest packet of the batch at hand; NaN: none, or what it tells of waited for no packet. */
let since = Number.NaN;
/** When lines were handed over last, by performance.now(). */
let handedOver = Number.NEGATIVE_INFINITY;
/** So much was at hand that more is sure to follow soon. */
let busy = false;
let decoding = false;

const began = () => {
  since = packetTime();
};

/** Bytes that were handed over and are not with the outputs yet. */
const outside = () => Atomics.load(control, pending);

const batch = newLineBatch(began, (bytes, count) => {
  for (let waiting = outside(); waiting > data.pendingLimit; waiting = outside()) {
    if (data.live || Atomics.load(control, ControlWord.abandon) === 1) {
      counters[Counter.decoder_lines_dropped] += count;
      return;
    }
    Atomics.wait(control, pending, waiting, 100);
  }
  Atomics.add(control, pending, bytes.length);
  tell({ kind: 'lines', lines: bytes, count, since }, [bytes.buffer]);
});

function tell(message: FromDecoder, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function packetTime(): number {
  return decoding ? clock.toSystemMonotonic(decode.at) : Number.NaN;
}

const decode = newPacketDecoder(
  data.options,
  counters,
  place,
  batch,
  (brick) => tell({ kind: 'found', brick }),
  newRecordCounters(data.tallies, data.decoder, counters),
  clock,
);
tell({ kind: 'actions', actions: countedActions() });

/** What the main thread says. */
function hear(): void {
  for (;;) {
    const heard = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
    if (heard === undefined) return;
    const message = heard.message as ToDecoder;
    if (message.kind === 'found') decode.found(message.brick);
    else decode.select(message.select);
  }
}

/** What is at hand, as long as there is time. */
function decodePieces(): void {
  const { bytes, end } = reader;
  busy = end - reader.start >= BUSY_BYTES;
  for (let at = reader.start; at < end; ) {
    if (Atomics.load(control, ControlWord.abandon) === 1) {
      decode.abandon(bytes, at, end);
      reader.release(end);
      return;
    }
    const next = endOfRecordsWithin(bytes, at, end, PIECE_BYTES);
    decoding = true;
    decode.records(bytes, at, next, release);
    decoding = false;
    beat();
    at = next;
  }
}

/** For so long, in milliseconds, lines wait for others still. */
function lingering(): number {
  if (!busy) return 0;
  return Math.max(0, handedOver + data.linger - performance.now());
}

function handOver(): void {
  if (batch.isEmpty()) return;
  batch.flush();
  handedOver = performance.now();
}

let dropped = 0;

/** What was dropped may have been anybody's. */
function lookForDrops(): void {
  const now =
    total(data.counters, Counter.kernel_dropped) + total(data.counters, Counter.packets_dropped_by_ring);
  if (now > dropped) decode.missed();
  dropped = now;
}

try {
  while (!reader.isFinished()) {
    // A little more, so that packets wake it sooner than the time, and once does for both.
    if (reader.next(batch.isEmpty() ? WAIT_MS : lingering() * 1.5)) decodePieces();
    // In files only packets tell the time.
    else if (data.live) {
      decode.idle();
      // Lines that wait would wait for it, too.
      if (batch.isEmpty()) tidy();
    }
    if (data.live) lookForDrops();
    hear();
    if (lingering() === 0) handOver();
    beat();
  }
  decode.end();
  batch.flush();
} catch (error) {
  // What was decoded before the packet that this thread dies of is as good as ever.
  batch.flush();
  throw error;
}
counters[Counter.heartbeat] = OVER;
const { seconds, nanoseconds } = clock.toWallClock(decode.at.seconds, decode.at.nanoseconds);
tell({ kind: 'done', seconds, nanoseconds });
