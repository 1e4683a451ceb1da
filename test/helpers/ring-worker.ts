/**
 * A thread with a ring's writer or one of its readers. The writer writes records of random sizes, numbered from 1, with
 * commit() or copyRecords(), and marks between them; a reader checks every byte.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { MARK_LENGTH, Mark, RECORD_HEADER } from '../../src/ring/layout.js';
import { RingReader } from '../../src/ring/reader.js';
import type { RingMemory } from '../../src/ring/ring.js';
import { RingWriter } from '../../src/ring/writer.js';
import { newRandom, type Random } from './random.js';

export interface RingWorkerData {
  readonly memory: RingMemory;
  readonly role: 'writer' | 'reader';
  readonly reader: number;
  readonly seed: number;
  readonly records: number;
  readonly longest: number;
  /** The reader ends after this record as if it had died. */
  readonly diesAt?: number;
  /** The reader sleeps occasionally. */
  readonly slow?: boolean;
}

export interface RingWorkerResult {
  /** Numbers of the first and the last record, and the number of records. */
  first: number;
  last: number;
  count: number;
  marks: number;
  /** The first error. */
  fault?: string;
}

const data = workerData as RingWorkerData;

function lengthOf(number: number): number {
  return (Math.imul(number, 0x9e3779b1) >>> 8) % (data.longest + 1);
}

function byteOf(number: number, at: number): number {
  return (number * 31 + at * 7) & 0xff;
}

/** Every hundredth record is followed by a mark with its number. */
const markAfter = (number: number) => number % 100 === 0;

function writeRecord(bytes: Uint8Array, at: number, number: number): number {
  const length = lengthOf(number);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(at, number, true);
  view.setUint32(at + 4, 999, true);
  view.setUint32(at + 8, length, true);
  view.setUint32(at + 12, length + 3, true);
  for (let i = 0; i < length; i++) bytes[at + RECORD_HEADER + i] = byteOf(number, i);
  return RECORD_HEADER + length;
}

/** Writes a run of records from a buffer, as a file reader does. */
function copyRun(ring: RingWriter, buffer: Uint8Array, first: number, count: number): void {
  let end = 0;
  for (let number = first; number < first + count; number++) end += writeRecord(buffer, end, number);
  for (let at = 0; at < end; ) {
    at = ring.copyRecords(buffer, at, end);
    if (at < end) ring.waitForFreeSlot(1000);
  }
}

/** Writes a run of records directly to the segment, as a live engine does. */
function commitRun(ring: RingWriter, first: number, count: number): void {
  let filled = 0;
  for (let number = first; number < first + count; number++) {
    const needed = RECORD_HEADER + lengthOf(number);
    while (ring.freeBytes() < filled + needed) {
      ring.commit(filled);
      filled = 0;
      if (ring.freeBytes() < needed && !ring.advance()) ring.waitForFreeSlot(1000);
    }
    filled += writeRecord(ring.bytes, ring.position() + filled, number);
  }
  ring.commit(filled);
}

function write(random: Random): void {
  const ring = new RingWriter(data.memory);
  const buffer = new Uint8Array(50 * (RECORD_HEADER + data.longest));
  for (let number = 1; number <= data.records; ) {
    const untilMark = 100 - ((number - 1) % 100);
    const count = Math.min(random.between(1, 50), untilMark, data.records - number + 1);
    if (random.chance(0.5)) copyRun(ring, buffer, number, count);
    else commitRun(ring, number, count);
    number += count;
    if (markAfter(number - 1)) while (!ring.writeMark(Mark.number, number - 1)) ring.waitForFreeSlot(1000);
  }
  ring.finish();
  parentPort?.postMessage({ first: 1, last: data.records, count: data.records, marks: 0 });
}

function read(random: Random): void {
  const ring = new RingReader(data.memory, data.reader);
  const { bytes } = ring;
  const view = new DataView(bytes.buffer);
  const result: RingWorkerResult = { first: 0, last: 0, count: 0, marks: 0 };
  const fail = (text: string) => {
    result.fault ??= `reader ${data.reader}, after record ${result.last}: ${text}`;
  };
  const record = (at: number): void => {
    const number = view.getUint32(at, true);
    if (view.getUint32(at + 12, true) === MARK_LENGTH) {
      const value = view.getUint32(at + 4, true);
      const isInOrder = result.count === 0 || value === result.last;
      if (number !== Mark.number || !isInOrder) fail('mark out of order');
      result.marks++;
      return;
    }
    const length = view.getUint32(at + 8, true);
    if (result.count > 0 && number !== result.last + 1) fail(`record ${number}`);
    if (length !== lengthOf(number)) fail(`record ${number} has ${length} bytes`);
    for (let i = 0; i < length; i++) {
      if (bytes[at + RECORD_HEADER + i] !== byteOf(number, i)) {
        fail(`byte ${i} of record ${number}`);
        break;
      }
    }
    if (result.count === 0) result.first = number;
    result.last = number;
    result.count++;
  };
  while (!ring.isFinished()) {
    if (!ring.next(1000)) continue;
    for (let at = ring.start; at < ring.end; ) {
      const next = at + RECORD_HEADER + view.getUint32(at + 8, true);
      ring.release(next);
      record(at);
      at = next;
      if (result.last === data.diesAt) {
        parentPort?.postMessage(result);
        return;
      }
    }
    if (data.slow === true && random.chance(0.2)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, random.between(1, 3));
    }
  }
  parentPort?.postMessage(result);
}

const random = newRandom(data.seed);
if (data.role === 'writer') write(random);
else read(random);
