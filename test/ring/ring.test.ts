/** The ring in one thread: where records go, when it is full, how it ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MARK, Mark, RECORD_HEADER } from '../../src/ring/layout.js';
import { openReader, type RingReader } from '../../src/ring/reader.js';
import { countRecords, endOfRecordsWithin } from '../../src/ring/records.js';
import { ControlWord, createRing, type RingMemory, slotsInUse } from '../../src/ring/ring.js';
import { openWriter } from '../../src/ring/writer.js';

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

/** What a reader finds without waiting: the first word of every record; marks as [kind, value]. */
function drain(reader: RingReader): (number | [number, number])[] {
  const found: (number | [number, number])[] = [];
  const view = new DataView(reader.bytes.buffer);
  while (reader.next(0)) {
    for (let at = reader.start; at < reader.end; ) {
      const first = view.getUint32(at, true);
      const isMark = view.getUint32(at + 12, true) === MARK;
      found.push(isMark ? [first, view.getUint32(at + 4, true)] : first);
      at += RECORD_HEADER + view.getUint32(at + 8, true);
      reader.release(at);
    }
  }
  return found;
}

function open(slots = 4, readers = 2): { memory: RingMemory; readers: RingReader[]; control: Int32Array } {
  const memory = createRing(slots * SLOT, slots, readers);
  return {
    memory,
    readers: Array.from({ length: readers }, (_, reader) => openReader(memory, reader)),
    control: new Int32Array(memory.control),
  };
}

const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('writing and reading', () => {
  it('shows every reader what was committed, before a segment is full', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    for (const reader of readers) assert.deepEqual(drain(reader), []);
    const some = records(1, 3, 10);
    writer.bytes.set(some, writer.position());
    writer.commit(some.length);
    for (const reader of readers) assert.deepEqual(drain(reader), [1, 2, 3]);
    for (const reader of readers) assert.deepEqual(drain(reader), []);
    assert.equal(writer.copyRecords(records(4, 2, 0), 0, 2 * RECORD_HEADER), 2 * RECORD_HEADER);
    for (const reader of readers) assert.deepEqual(drain(reader), [4, 5]);
  });

  it('shows what was appended to who looks, and wakes who sleeps when it is announced or the segment ends', () => {
    const { readers, control, memory } = open();
    const writer = openWriter(memory);
    const some = records(1, 2, 10);
    const append = () => {
      writer.bytes.set(some, writer.position());
      writer.append(some.length);
    };
    const before = control[ControlWord.published];
    append();
    assert.deepEqual(drain(readers[0]), [1, 2]);
    assert.equal(control[ControlWord.published], before);
    writer.announce();
    writer.announce();
    assert.equal(control[ControlWord.published], before + 1, 'once, for what was appended');
    append();
    writer.advance();
    assert.equal(control[ControlWord.published], before + 2);
    writer.announce();
    assert.equal(control[ControlWord.published], before + 2, 'nothing was appended since');
    assert.deepEqual(drain(readers[0]), [1, 2]);
  });

  it('keeps records whole: what does not fit goes to the next segment', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    const three = records(1, 3, 1500);
    assert.equal(writer.copyRecords(three, 0, three.length), three.length);
    assert.equal(writer.segment(), 1);
    assert.equal(writer.freeBytes(), SLOT - 1516);
    assert.deepEqual(drain(readers[0]), [1, 2, 3]);
  });

  it('takes records that fill a segment to its last byte', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    const four = records(1, 4, SLOT / 2 - RECORD_HEADER);
    assert.equal(writer.copyRecords(four, 0, four.length), four.length);
    assert.equal(writer.freeBytes(), 0);
    assert.deepEqual(drain(readers[0]), [1, 2, 3, 4]);
  });

  it('copies from the middle of a buffer', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    const four = records(1, 4, 84);
    assert.equal(writer.copyRecords(four, 100, 300), 300);
    assert.deepEqual(drain(readers[0]), [2, 3]);
  });
});

describe('marks', () => {
  it('stay in order with the records', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    assert.equal(writer.writeMark(Mark.link, 113), true);
    writer.copyRecords(records(1, 1, 5), 0, 21);
    assert.equal(writer.writeMark(Mark.file, 0xffffffff), true);
    writer.copyRecords(records(2, 1, 5), 0, 21);
    for (const reader of readers) {
      assert.deepEqual(drain(reader), [[Mark.link, 113], 1, [Mark.file, 0xffffffff], 2]);
    }
  });

  it('go to the next segment if this one is full, and wait if that is not free', () => {
    const { memory, readers } = open(2, 1);
    const writer = openWriter(memory);
    const one = records(1, 1, SLOT - RECORD_HEADER);
    writer.copyRecords(one, 0, one.length);
    assert.equal(writer.writeMark(Mark.link, 1), true);
    assert.equal(writer.segment(), 1);
    const most = records(2, 1, SLOT - 2 * RECORD_HEADER);
    assert.equal(writer.copyRecords(most, 0, most.length), most.length);
    assert.equal(writer.writeMark(Mark.link, 2), false);
    assert.deepEqual(drain(readers[0]), [1, [Mark.link, 1], 2]);
    assert.equal(writer.writeMark(Mark.link, 2), true);
    assert.deepEqual(drain(readers[0]), [[Mark.link, 2]]);
  });
});

describe('a full ring', () => {
  it('stops copying at a whole record, without waiting, and goes on when there is room', () => {
    const { memory, readers } = open(4, 2);
    const writer = openWriter(memory);
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
    // The last segment, in which the readers are, is not free yet: it may still grow.
    const second = writer.copyRecords(forty, stop, forty.length);
    assert.equal(second, 28 * 1016);
    for (const reader of readers) assert.deepEqual(drain(reader), count(17, 28));
    assert.equal(writer.copyRecords(forty, second, forty.length), 40 * 1016);
    for (const reader of readers) assert.deepEqual(drain(reader), count(29, 40));
  });

  it('says how full it is, and was', () => {
    const { memory, readers, control } = open(4, 2);
    const writer = openWriter(memory);
    assert.equal(slotsInUse(memory, control), 1);
    const forty = records(1, 40, 1000);
    writer.copyRecords(forty, 0, forty.length);
    assert.equal(slotsInUse(memory, control), 4);
    drain(readers[0]);
    assert.equal(slotsInUse(memory, control), 4);
    drain(readers[1]);
    assert.equal(slotsInUse(memory, control), 1);
    assert.equal(control[ControlWord.peak], 4);
  });

  it('is waited for no longer than asked', () => {
    const { memory } = open(2, 1);
    const writer = openWriter(memory);
    const ten = records(1, 10, 1000);
    writer.copyRecords(ten, 0, ten.length);
    const started = performance.now();
    writer.waitForFreeSlot(30);
    const took = performance.now() - started;
    assert.ok(took >= 25 && took < 5000, `${took} ms`);
  });

  it('never shows a reader what was not written', () => {
    // A slow reader in a ring that goes round often: its segment is never written over.
    const { memory, readers } = open(3, 2);
    const writer = openWriter(memory);
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
});

describe('the end', () => {
  it('comes when everything has been read, not before', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    const forty = records(1, 12, 1000);
    writer.copyRecords(forty, 0, forty.length);
    writer.finish();
    for (const reader of readers) {
      assert.equal(reader.finished(), false);
      assert.deepEqual(drain(reader), count(1, 12));
      assert.equal(reader.finished(), true);
    }
  });

  it('of a ring into which nothing was written', () => {
    const { memory, readers } = open();
    openWriter(memory).finish();
    assert.equal(readers[0].next(60000), false);
    assert.equal(readers[0].finished(), true);
  });

  it('can be told by a second writer, who has written nothing', () => {
    const { memory, readers } = open();
    const writer = openWriter(memory);
    const some = records(1, 9, 1000);
    writer.copyRecords(some, 0, some.length);
    openWriter(memory).finish();
    assert.deepEqual(drain(readers[0]), count(1, 9));
    assert.equal(readers[0].finished(), true);
  });
});

describe('a replacement', () => {
  it('of a reader goes on behind the record that was in hand', () => {
    const { memory, readers } = open(4, 1);
    const writer = openWriter(memory);
    const ten = records(1, 10, 1000);
    writer.copyRecords(ten, 0, ten.length);
    const [first] = readers;
    assert.ok(first.next(0));
    first.release(first.start + 1016);
    first.release(first.start + 2 * 1016);
    assert.deepEqual(drain(openReader(memory, 0)), count(3, 10));
  });
});

describe('walking records', () => {
  it('counts whole records', () => {
    const some = records(1, 5, 33);
    assert.equal(countRecords(some, 0, some.length), 5);
    assert.equal(countRecords(some, 49, 3 * 49), 2);
    assert.equal(countRecords(some, 49, 49), 0);
  });

  it('finds the last record within a room', () => {
    const some = records(1, 5, 34);
    for (const [room, end] of [
      [0, 0],
      [49, 0],
      [50, 50],
      [99, 50],
      [249, 200],
      [250, 250],
      [1000, 250],
    ]) {
      assert.equal(endOfRecordsWithin(some, 0, some.length, room), end, `room ${room}`);
    }
    assert.equal(endOfRecordsWithin(some, 100, 200, 70), 150);
  });
});
