/**
 * How much more than they need the threads' heaps take. Left alone, V8 lets what is no garbage yet grow to four times
 * what is in use before it looks, since a heap that grows is taken for one that will be needed: with tens of thousands of
 * connections that is hundreds of MiB. What these cost is in native-notes/performance.md.
 *
 * Nothing of it is done, nor are Node's modules for it loaded, before a capture has run for some seconds: while a program
 * starts its heap only grows, and a file that is read is over soon.
 */
import type { ResourceLimits } from 'node:worker_threads';
import { loadMallocTrim } from './malloc-trim.js';

/** Three times the size of a semi-space: what lives no longer than a packet needs no more. */
export const DECODER_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 6 };

/** The capture thread makes next to no garbage; what its start has needed is all that it would grow by. */
export const CAPTURE_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 3 };

/** By how much a heap, and what hangs on it, has grown when it is worth looking through. */
const WORTH = 4 << 20;
/** And how long it is left alone then. */
const REST_MS = 10_000;

interface Collector {
  /** Bytes of the heap, and outside of it. */
  inUse(): number;
  collect(): void;
}

function newCollector(): Collector {
  const { getHeapStatistics, setFlagsFromString } = process.getBuiltinModule('node:v8');
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  // Of the whole process; V8 reads it each time. The heap is looked through when it has grown by half.
  setFlagsFromString('--heap-growing-percent=50');
  // And never taken back: another thread may be between these two lines.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return {
    inUse() {
      const { total_heap_size, external_memory } = getHeapStatistics();
      return total_heap_size + external_memory;
    },
    collect() {
      setFlagsFromString('--compact-on-every-full-gc');
      collect();
      setFlagsFromString('--no-compact-on-every-full-gc');
    },
  };
}

/**
 * Collects a thread's garbage. To be called when nothing is to be done; it takes some 50 ms in a decoder where there is
 * something to collect. What is in use is moved together: connections leave holes when they fall asleep, and a page with a
 * hole is memory as a full one is.
 *
 * V8 would do the like by itself, but only from an event loop, to which a decoder never returns; and the main thread,
 * which hands batches of lines on, makes so little garbage of its own that it would keep those for a long time.
 */
export function newHeapCompaction(): () => void {
  let collector: Collector | undefined;
  let least = 0;
  let last = performance.now();
  return () => {
    if (performance.now() - last < REST_MS) return;
    collector ??= newCollector();
    if (collector.inUse() < least + WORTH) return;
    collector.collect();
    least = collector.inUse();
    last = performance.now();
  };
}

/** The same for the main thread, now and then; and what all threads have freed goes back to the system. */
export function scheduleGc(): NodeJS.Timeout {
  const tidy = newHeapCompaction();
  let trim: Promise<(() => void) | undefined> | undefined;
  const tidyUp = async () => {
    tidy();
    trim ??= loadMallocTrim();
    (await trim)?.();
  };
  return setInterval(tidyUp, REST_MS + 1000).unref();
}
