/**
 * The capture watermark: the time up to which all packets have been written to the ring. A decoder may report a
 * missing reply only up to there: after the process was stopped, or under load, the reply may still be in the
 * kernel's buffer.
 */
import { Mark, WATERMARK_UNIT_MS } from '../ring/layout.js';
import type { RingWriter } from '../ring/writer.js';

const INTERVAL_MS = 250;
/** The kernel retires a block of its buffer by a timer, which may be late. */
const SLACK_MS = 80;
/**
 * A capture that never catches up is overloaded and drops packets. Then no packet in the buffer is older than this,
 * and pending timeouts must not wait forever.
 */
const OVERLOAD_MS = 5000;

/**
 * @param delay milliseconds for which the kernel may buffer packets
 * @returns a function to call after each round, with the round's start by monotonic() and whether it took all packets
 */
export function newWatermark(ring: RingWriter, delay: number): (began: number, drained: boolean) => void {
  let completeUntil = 0;
  let due = 0;
  let lastRound = 0;
  /** How long it has not caught up, without the time in which it did not run. */
  let behind = 0;
  return (began, drained) => {
    behind = drained ? 0 : behind + Math.min(began - lastRound, INTERVAL_MS);
    lastRound = began;
    if (drained) completeUntil = began;
    else if (behind >= OVERLOAD_MS) completeUntil = Math.max(completeUntil, began - OVERLOAD_MS);
    if (began < due || completeUntil === 0) return;
    const watermark = Math.floor((completeUntil - delay - SLACK_MS) / WATERMARK_UNIT_MS);
    if (ring.writeMark(Mark.watermark, watermark)) due = began + INTERVAL_MS;
  };
}
