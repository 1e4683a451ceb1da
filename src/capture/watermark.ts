/**
 * Tells the decoders how late it is: up to when all packets have been handed on. Only then is it certain that an answer
 * did not come: after the process was stopped, or when it is busy, it may still be in the kernel's buffer.
 */
import { Mark, WATERMARK_UNIT_MS } from '../ring/layout.js';
import type { RingWriter } from '../ring/writer.js';

/** How often. */
const TELL_MS = 250;
/** The kernel hands on a part of its buffer when its time is over, by a timer that is late now and then. */
const SLACK_MS = 80;
/**
 * Who never catches up is overloaded, and drops packets: then no packet is older in the buffer than this, and what
 * waits is not to wait for ever.
 */
const BEHIND_MS = 5000;

/**
 * @param delay milliseconds for which the kernel may keep packets back
 * @returns to be told after each round when it began, by monotonic(), and whether it took all that there was
 */
export function newWatermark(ring: RingWriter, delay: number): (began: number, all: boolean) => void {
  let until = 0;
  let due = 0;
  let last = 0;
  /** For so long it has not caught up, while it ran. */
  let behind = 0;
  return (began, all) => {
    behind = all ? 0 : behind + Math.min(began - last, TELL_MS);
    last = began;
    if (all) until = began;
    else if (behind >= BEHIND_MS) until = Math.max(until, began - BEHIND_MS);
    if (began < due || until === 0) return;
    if (ring.writeMark(Mark.watermark, Math.floor((until - delay - SLACK_MS) / WATERMARK_UNIT_MS)))
      due = began + TELL_MS;
  };
}
