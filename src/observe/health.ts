/**
 * Whether the threads make progress. Each of them says now and then that it does: in its own row of the counters, so
 * that a thread that hangs needs no help to be found out.
 */
import { getHeapStatistics } from 'node:v8';
import { Counter, type CounterRow } from '../records/counters.js';

/** A thread that says nothing for so many milliseconds is stuck; all of them speak four times a second, or more often. */
export const SILENCE_LIMIT_MS = 5000;
/** How often a thread says how much memory its objects take. */
const MEMORY_MS = 1000;

/** What a thread that has ended in order says last: it is not expected to speak any more. */
export const OVER = Number.POSITIVE_INFINITY;

/** Milliseconds of a clock that all threads share, and that nobody can set. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** What a thread says that it makes progress with; it costs well below a microsecond. */
export function newHeartbeat(row: CounterRow): () => void {
  let memoryDue = 0;
  return () => {
    const now = monotonic();
    row[Counter.heartbeat] = now;
    if (now < memoryDue) return;
    memoryDue = now + MEMORY_MS;
    row[Counter.heap_bytes] = getHeapStatistics().used_heap_size;
  };
}

export interface Thread {
  /** As a sentence has it: `the capture`, `decoder 0`. */
  readonly name: string;
  /** When it said last that it makes progress: a time of monotonic(), or OVER. */
  readonly beat: number;
}

/** What is wrong, in words; empty: nothing is. @param now monotonic() */
export function healthOf(threads: readonly Thread[], now: number): string[] {
  return threads
    .filter(({ beat }) => now - beat > SILENCE_LIMIT_MS)
    .map(({ name, beat }) => `${name} has made no progress for ${Math.floor((now - beat) / 1000)} s`);
}
