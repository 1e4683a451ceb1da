/**
 * For `--realtime`: a sink that passes packets on at the pace at which they were captured. It blocks its thread, as the
 * ring's sink does while the ring is full.
 */
import { RECORD_HEADER } from '../../ring/layout.js';
import type { PacketSink } from '../sink.js';

/** The longest sleep, which bounds how late a stop is noticed. */
const MAX_SLEEP_MS = 100;
/** Packets due within this time are passed on together: no sleep is more exact. */
const SLACK_MS = 1;

interface PacingClock {
  now(): number;
  sleep(milliseconds: number): void;
}

/** Never notified: Atomics.wait() on it sleeps. */
const sleepWord = new Int32Array(new SharedArrayBuffer(4));
const MONOTONIC_CLOCK: PacingClock = {
  now: () => performance.now(),
  sleep: (milliseconds) => void Atomics.wait(sleepWord, 0, 0, milliseconds),
};

/** @param clock for tests */
export function pacedSink(inner: PacketSink, clock: PacingClock = MONOTONIC_CLOCK): PacketSink {
  /** The clock's time at the capture's second 0; undefined before a file's first packet. */
  let epoch: number | undefined;

  /** @returns false if stopped first */
  function waitUntil(due: number): boolean {
    for (;;) {
      if (inner.stopped()) return false;
      const left = due - clock.now();
      if (left <= SLACK_MS) return true;
      clock.sleep(Math.min(left, MAX_SLEEP_MS));
    }
  }

  return {
    link: (linkType) => inner.link(linkType),
    file(index) {
      // Each file starts immediately, however long after the previous file it was captured.
      epoch = undefined;
      inner.file(index);
    },
    stopped: () => inner.stopped(),
    records(bytes, start, end, count) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let now = clock.now();
      let from = start;
      let left = count;
      let ready = 0;
      for (let at = start; at < end; at += RECORD_HEADER + view.getUint32(at + 8, true)) {
        const seconds = view.getUint32(at, true);
        const nanoseconds = view.getUint32(at + 4, true);
        // A packet without a timestamp has time 0: it follows the previous packet immediately.
        if (seconds !== 0 || nanoseconds !== 0) {
          const time = seconds * 1e3 + nanoseconds / 1e6;
          epoch ??= now - time;
          if (epoch + time - now > SLACK_MS) {
            if (ready > 0) inner.records(bytes, from, at, ready);
            from = at;
            left -= ready;
            ready = 0;
            if (!waitUntil(epoch + time)) return;
            now = clock.now();
          }
        }
        ready++;
      }
      if (left > 0) inner.records(bytes, from, end, left);
    },
  };
}
