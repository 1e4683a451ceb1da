/** The ring in one thread: where records go, when it is full, and how it ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARK_LENGTH, Mark, RECORD_HEADER } from '../../src/ring/layout.js';
import { RingReader } from '../../src/ring/reader.js';
import { countRecords, endOfRecordsWithin } from '../../src/ring/records.js';
import { createRing, type RingMemory, RingWord, slotsInUse } from '../../src/ring/ring.js';
import { RingWriter } from '../../src/ring/writer.js';

const SLOT = 4096;

/** Whole records of `length` captured bytes, numbered from `first`. */
function records(first: number, count: number, length: number): Uint8Array {
  const bytes = new Uint8Array(count * (RECORD_HEADER + length));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    const at = i * (RECORD_HEADER + length);
    view.setUint32(at, first + i, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
  }
  return bytes;
}

/** Reads what is there without waiting: the first word of every record; marks as [kind, value]. */
function drain(reader: RingReader): (number | [number, number])[] {
  const found: (number | [number, number])[] = [];
  const view = new DataView(reader.bytes.buffer);
  while (reader.next(0)) {
    for (let at = reader.start; at < reader.end; ) {
      const first = view.getUint32(at, true);
      const isMark = view.getUint32(at + 12, true) === MARK_LENGTH;
      found.push(isMark ? [first, view.getUint32(at + 4, true)] : first);
      at += RECORD_HEADER + view.getUint32(at + 8, true);
      reader.release(at);
    }
  }
  return found;
}

function newRing(slots = 4, readers = 2): { memory: RingMemory; readers: RingReader[]; control: Int32Array } {
  const memory = createRing(slots * SLOT, slots, readers);
  return {
    memory,
    readers: Array.from({ length: readers }, (_, reader) => new RingReader(memory, reader)),
    control: new Int32Array(memory.control),
  };
}

const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('every reader sees what was committed, before a segment is full', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  for (const reader of readers) assert.deepEqual(drain(reader), []);
  const some = records(1, 3, 10);
  writer.bytes.set(some, writer.position());
  writer.commit(some.length);
  for (const reader of readers) assert.deepEqual(drain(reader), [1, 2, 3]);
  for (const reader of readers) assert.deepEqual(drain(reader), []);
  assert.equal(writer.copyRecords(records(4, 2, 0), 0, 2 * RECORD_HEADER), 2 * RECORD_HEADER);
  for (const reader of readers) assert.deepEqual(drain(reader), [4, 5]);
});

test('appended records are visible at once, and wake readers when they are announced or the segment ends', () => {
  const { readers, control, memory } = newRing();
  const writer = new RingWriter(memory);
  const some = records(1, 2, 10);
  const append = () => {
    writer.bytes.set(some, writer.position());
    writer.append(some.length);
  };
  const before = control[RingWord.published];
  append();
  assert.deepEqual(drain(readers[0]), [1, 2]);
  assert.equal(control[RingWord.published], before);
  writer.announce();
  writer.announce();
  assert.equal(control[RingWord.published], before + 1, 'once');
  append();
  writer.advance();
  assert.equal(control[RingWord.published], before + 2);
  writer.announce();
  assert.equal(control[RingWord.published], before + 2, 'not again');
  assert.deepEqual(drain(readers[0]), [1, 2]);
});

test('records are not split: one that does not fit goes to the next segment', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  const three = records(1, 3, 1500);
  assert.equal(writer.copyRecords(three, 0, three.length), three.length);
  assert.equal(writer.segment(), 1);
  assert.equal(writer.freeBytes(), SLOT - 1516);
  assert.deepEqual(drain(readers[0]), [1, 2, 3]);
});

test('records may fill a segment to its last byte', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  const four = records(1, 4, SLOT / 2 - RECORD_HEADER);
  assert.equal(writer.copyRecords(four, 0, four.length), four.length);
  assert.equal(writer.freeBytes(), 0);
  assert.deepEqual(drain(readers[0]), [1, 2, 3, 4]);
});

test('records are copied from the middle of a buffer', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  const four = records(1, 4, 84);
  assert.equal(writer.copyRecords(four, 100, 300), 300);
  assert.deepEqual(drain(readers[0]), [2, 3]);
});

test('marks stay in order with the records', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  assert.equal(writer.writeMark(Mark.link, 113), true);
  writer.copyRecords(records(1, 1, 5), 0, 21);
  assert.equal(writer.writeMark(Mark.file, 0xffffffff), true);
  writer.copyRecords(records(2, 1, 5), 0, 21);
  for (const reader of readers) {
    assert.deepEqual(drain(reader), [[Mark.link, 113], 1, [Mark.file, 0xffffffff], 2]);
  }
});

test('a mark goes to the next segment if this one is full, and is refused if that is not free', () => {
  const { memory, readers } = newRing(2, 1);
  const writer = new RingWriter(memory);
  const record = records(1, 1, SLOT - RECORD_HEADER);
  writer.copyRecords(record, 0, record.length);
  assert.equal(writer.writeMark(Mark.link, 1), true);
  assert.equal(writer.segment(), 1);
  const most = records(2, 1, SLOT - 2 * RECORD_HEADER);
  assert.equal(writer.copyRecords(most, 0, most.length), most.length);
  assert.equal(writer.writeMark(Mark.link, 2), false);
  assert.deepEqual(drain(readers[0]), [1, [Mark.link, 1], 2]);
  assert.equal(writer.writeMark(Mark.link, 2), true);
  assert.deepEqual(drain(readers[0]), [[Mark.link, 2]]);
});

test('copying to a full ring stops at a whole record, without waiting, and continues when a slot is free', () => {
  const { memory, readers } = newRing(4, 2);
  const writer = new RingWriter(memory);
  const forty = records(1, 40, 1000);
  const stop = writer.copyRecords(forty, 0, forty.length);
  // Four segments of four records.
  assert.equal(stop, 16 * 1016);
  assert.equal(writer.freeBytes(), 0);
  assert.equal(writer.copyRecords(forty, stop, forty.length), stop);
  assert.equal(writer.advance(), false);
  // One reader is not enough.
  assert.deepEqual(drain(readers[0]), count(1, 16));
  assert.equal(writer.copyRecords(forty, stop, forty.length), stop);
  assert.deepEqual(drain(readers[1]), count(1, 16));
  // The last segment is not free yet: the readers are in it, since it may still grow.
  const second = writer.copyRecords(forty, stop, forty.length);
  assert.equal(second, 28 * 1016);
  for (const reader of readers) assert.deepEqual(drain(reader), count(17, 28));
  assert.equal(writer.copyRecords(forty, second, forty.length), 40 * 1016);
  for (const reader of readers) assert.deepEqual(drain(reader), count(29, 40));
});

test('the ring reports how many slots are in use, and the peak', () => {
  const { memory, readers, control } = newRing(4, 2);
  const writer = new RingWriter(memory);
  assert.equal(slotsInUse(memory, control), 1);
  const forty = records(1, 40, 1000);
  writer.copyRecords(forty, 0, forty.length);
  assert.equal(slotsInUse(memory, control), 4);
  drain(readers[0]);
  assert.equal(slotsInUse(memory, control), 4);
  drain(readers[1]);
  assert.equal(slotsInUse(memory, control), 1);
  assert.equal(control[RingWord.peak], 4);
});

test('waiting for a free slot ends after the given time', () => {
  const { memory } = newRing(2, 1);
  const writer = new RingWriter(memory);
  const ten = records(1, 10, 1000);
  writer.copyRecords(ten, 0, ten.length);
  const started = performance.now();
  writer.waitForFreeSlot(30);
  const took = performance.now() - started;
  assert.ok(took >= 25 && took < 5000, `${took} ms`);
});

test('a segment is not overwritten before its slowest reader has passed it', () => {
  // A slow reader in a ring that wraps around often.
  const { memory, readers } = newRing(3, 2);
  const writer = new RingWriter(memory);
  const slow: unknown[] = [];
  const fast: unknown[] = [];
  let next = 1;
  for (let round = 0; round < 200; round++) {
    const run = records(next, 7, 500);
    const stop = writer.copyRecords(run, 0, run.length);
    next += stop / 516;
    fast.push(...drain(readers[0]));
    if (round % 3 === 0) slow.push(...drain(readers[1]));
  }
  fast.push(...drain(readers[0]));
  slow.push(...drain(readers[1]));
  assert.deepEqual(fast, count(1, next - 1));
  assert.deepEqual(slow, fast);
  assert.ok(next > 500);
});

test('a reader finishes when everything has been read, not before', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  const forty = records(1, 12, 1000);
  writer.copyRecords(forty, 0, forty.length);
  writer.finish();
  for (const reader of readers) {
    assert.equal(reader.isFinished(), false);
    assert.deepEqual(drain(reader), count(1, 12));
    assert.equal(reader.isFinished(), true);
  }
});

test('a reader of an empty ring finishes', () => {
  const { memory, readers } = newRing();
  new RingWriter(memory).finish();
  assert.equal(readers[0].next(60000), false);
  assert.equal(readers[0].isFinished(), true);
});

test('a second writer that has written nothing may finish the ring', () => {
  const { memory, readers } = newRing();
  const writer = new RingWriter(memory);
  const some = records(1, 9, 1000);
  writer.copyRecords(some, 0, some.length);
  new RingWriter(memory).finish();
  assert.deepEqual(drain(readers[0]), count(1, 9));
  assert.equal(readers[0].isFinished(), true);
});

test("a reader's replacement continues after the record at hand", () => {
  const { memory, readers } = newRing(4, 1);
  const writer = new RingWriter(memory);
  const ten = records(1, 10, 1000);
  writer.copyRecords(ten, 0, ten.length);
  const [first] = readers;
  assert.ok(first.next(0));
  first.release(first.start + 1016);
  first.release(first.start + 2 * 1016);
  assert.deepEqual(drain(new RingReader(memory, 0)), count(3, 10));
});

test('whole records are counted', () => {
  const some = records(1, 5, 33);
  assert.equal(countRecords(some, 0, some.length), 5);
  assert.equal(countRecords(some, 49, 3 * 49), 2);
  assert.equal(countRecords(some, 49, 49), 0);
});

test('the last record within a number of bytes is found', () => {
  const some = records(1, 5, 34);
  for (const [maxBytes, end] of [
    [0, 0],
    [49, 0],
    [50, 50],
    [99, 50],
    [249, 200],
    [250, 250],
    [1000, 250],
  ]) {
    assert.equal(endOfRecordsWithin(some, 0, some.length, maxBytes), end, `${maxBytes} bytes`);
  }
  assert.equal(endOfRecordsWithin(some, 100, 200, 70), 150);
});
