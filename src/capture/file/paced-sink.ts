/**
 * For `--realtime`: a sink that hands packets on at the pace at which they were captured. It blocks its
 * thread, as the ring's sink does when the ring is full.
 */
import { RECORD_HEADER } from '../../ring/layout.js';
import type { PacketSink } from '../sink.js';

/** The longest sleep, in milliseconds, so that a stop is soon seen. */
const LONGEST_SLEEP = 100;
/** Packets due within this many milliseconds go together: no sleep is that exact. */
const SLACK = 1;

interface Pacemaker {
  now(): number;
  sleep(milliseconds: number): void;
}

const shared = new Int32Array(new SharedArrayBuffer(4));
const wallTime: Pacemaker = {
  now: () => performance.now(),
  // Nobody ever wakes it.
  sleep: (milliseconds) => void Atomics.wait(shared, 0, 0, milliseconds),
};

/** `pacemaker` is for tests. */
export function pacedSink(inner: PacketSink, pacemaker: Pacemaker = wallTime): PacketSink {
  /** The wall's time of the capture's second 0, from a file's first packet on. */
  let epoch: number | undefined;

  /** False if the run was stopped first. */
  function waitUntil(due: number): boolean {
    for (;;) {
      if (inner.stopped()) return false;
      const left = due - pacemaker.now();
      if (left <= SLACK) return true;
      pacemaker.sleep(Math.min(left, LONGEST_SLEEP));
    }
  }

  return {
    link: (linkType) => inner.link(linkType),
    file(index) {
      // Each file begins at once, however long after the last it was captured.
      epoch = undefined;
      inner.file(index);
    },
    stopped: () => inner.stopped(),
    records(bytes, start, end, count) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let now = pacemaker.now();
      let from = start;
      let left = count;
      let ready = 0;
      for (let at = start; at < end; at += RECORD_HEADER + view.getUint32(at + 8, true)) {
        const seconds = view.getUint32(at, true);
        const nanoseconds = view.getUint32(at + 4, true);
        // Time 0 is that of a packet whose time is not known: it goes with the one before it.
        if (seconds !== 0 || nanoseconds !== 0) {
          const time = seconds * 1e3 + nanoseconds / 1e6;
          epoch ??= now - time;
          if (epoch + time - now > SLACK) {
            if (ready > 0) inner.records(bytes, from, at, ready);
            from = at;
            left -= ready;
            ready = 0;
            if (!waitUntil(epoch + time)) return;
            now = pacemaker.now();
          }
        }
        ready++;
      }
      if (left > 0) inner.records(bytes, from, end, left);
    },
  };
}
