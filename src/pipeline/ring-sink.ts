/** Packets of files on their way into the ring: the reader waits for room, nothing is dropped. */
import type { PacketSink } from '../capture/sink.js';
import { Counter, type CounterRow } from '../observe/counters.js';
import { Mark, RECORD_HEADER } from '../ring/layout.js';
import { countRecords } from '../ring/records.js';
import type { RingWriter } from '../ring/writer.js';

const WAIT_MS = 100;

export interface NumberingSink extends PacketSink {
  /** The next packet's number is `before` + 1. */
  number(before: number): void;
}

export function ringSink(ring: RingWriter, counters: CounterRow, stopped: () => boolean): NumberingSink {
  let linkType = -1;

  const mark = (kind: Mark, value: number) => {
    while (!ring.mark(kind, value)) {
      if (stopped()) return;
      ring.waitForRoom(WAIT_MS);
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
    records(bytes, start, end, count) {
      let at = start;
      while (at < end) {
        at = ring.copy(bytes, at, end);
        if (at === end) break;
        if (stopped()) break;
        ring.waitForRoom(WAIT_MS);
      }
      // A run that is stopped here leaves packets in the file, unread: they are not part of it.
      const left = at < end ? countRecords(bytes, at, end) : 0;
      counters[Counter.captured] += count - left;
      counters[Counter.captured_bytes] += at - start - (count - left) * RECORD_HEADER;
    },
    stopped,
  };
}
