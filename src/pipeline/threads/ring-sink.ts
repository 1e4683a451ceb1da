/** Writes packets of files into the ring. It waits for free segments: nothing is dropped. */
import type { PacketSink } from '../../capture/sink.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import { Mark, RECORD_HEADER } from '../../ring/layout.js';
import { countRecords } from '../../ring/records.js';
import type { RingWriter } from '../../ring/writer.js';

const WAIT_MS = 100;
/** Free bytes that are worth a read, beyond those left over; with the longest packet they fit in the smallest segment. */
const MIN_ROOM = 64 << 10;

export interface NumberingSink extends PacketSink {
  /** The next packet's number is `before` + 1. */
  number(before: number): void;
}

export function ringSink(ring: RingWriter, counters: CounterRow, stopped: () => boolean): NumberingSink {
  const bytes = Buffer.from(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
  const view = new DataView(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
  let linkType = -1;

  const mark = (kind: Mark, value: number) => {
    while (!ring.writeMark(kind, value)) {
      if (stopped()) return;
      ring.waitForFreeSlot(WAIT_MS);
    }
  };

  return {
    link(type) {
      if (type === linkType) return;
      linkType = type;
      mark(Mark.link, type);
    },
    file(index) {
      mark(Mark.file, index);
    },
    number(before) {
      mark(Mark.number, before);
    },
    room(left) {
      while (ring.freeBytes() < left + MIN_ROOM) {
        if (ring.advance()) continue;
        if (stopped()) return undefined;
        ring.waitForFreeSlot(WAIT_MS);
      }
      const at = ring.position();
      return { bytes, view, at, end: at + ring.freeBytes() };
    },
    records(from, start, end, count) {
      let at = start;
      if (from === bytes) {
        // Read in place, or moved by the length of a file header or a mark before the first record.
        if (start !== ring.position()) bytes.copyWithin(ring.position(), start, end);
        ring.commit(end - start);
        at = end;
      }
      while (at < end) {
        at = ring.copyRecords(from, at, end);
        if (at === end) break;
        if (stopped()) break;
        ring.waitForFreeSlot(WAIT_MS);
      }
      // Packets that a stopped run leaves unread are not counted.
      const left = at < end ? countRecords(from, at, end) : 0;
      counters[Counter.captured] += count - left;
      counters[Counter.bytes] += at - start - (count - left) * RECORD_HEADER;
    },
    stopped,
  };
}
