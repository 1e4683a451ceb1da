/**
 * Heartbeats: each thread writes the time into its own counter row, so that a thread that hangs is found without its
 * help.
 */
import { getHeapStatistics } from 'node:v8';
import { Counter, type CounterRow } from '../records/counters.js';

/** A thread without a heartbeat for this many milliseconds is stuck. Heartbeats come at least four times a second. */
export const SILENCE_LIMIT_MS = 5000;
/** The interval at which a thread updates its heap size. */
const HEAP_INTERVAL_MS = 1000;

/** The last heartbeat of a thread that has ended in order: no other is expected. */
export const OVER = Number.POSITIVE_INFINITY;

/** Milliseconds of a clock that all threads share and that is never set. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** A thread's heartbeat; a call costs well below a microsecond. */
export function newHeartbeat(row: CounterRow): () => void {
  let heapDue = 0;
  return () => {
    const now = monotonic();
    row[Counter.heartbeat] = now;
    if (now < heapDue) return;
    heapDue = now + HEAP_INTERVAL_MS;
    row[Counter.heap_bytes] = getHeapStatistics().used_heap_size;
  };
}

export interface Thread {
  /** As in a sentence: `the capture`, `decoder 0`. */
  readonly name: string;
  /** Time of its last heartbeat by monotonic(), or OVER. */
  readonly heartbeat: number;
}

/** @param now by monotonic() @returns a sentence for each stuck thread */
export function healthOf(threads: readonly Thread[], now: number): string[] {
  return threads
    .filter(({ heartbeat }) => now - heartbeat > SILENCE_LIMIT_MS)
    .map(
      ({ name, heartbeat }) => `${name} has made no progress for ${Math.floor((now - heartbeat) / 1000)} s`,
    );
}
