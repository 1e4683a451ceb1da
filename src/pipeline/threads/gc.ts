/**
 * GC scheduling. By default V8 lets garbage grow to four times the memory in use before a full collection, since it
 * expects a growing heap to be needed: with tens of thousands of connections that is hundreds of MiB.
 * native-notes/performance.md has the costs.
 *
 * Nothing happens, and Node's modules for it are not loaded, in the first seconds of a capture: a program that starts only
 * grows its heap, and reading a file is over soon.
 */
import type { ResourceLimits } from 'node:worker_threads';
import { loadMallocTrim } from './malloc-trim.js';

/** Three times the size of a semi-space; objects that live as long as a packet need no more. */
export const DECODER_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 6 };

/** The capture thread produces next to no garbage after its start. */
export const CAPTURE_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 3 };

/** Growth of the heap and its external memory that is worth a collection. */
const MIN_GROWTH = 4 << 20;
/** The least time between two collections. */
const INTERVAL_MS = 10_000;

interface Collector {
  /** Bytes of the heap and of its external memory. */
  bytesInUse(): number;
  collect(): void;
}

function newCollector(): Collector {
  const { getHeapStatistics, setFlagsFromString } = process.getBuiltinModule('node:v8');
  const { runInNewContext } = process.getBuiltinModule('node:vm');
  // A collection follows when a heap has grown by half. V8 reads this flag of the process each time.
  setFlagsFromString('--heap-growing-percent=50');
  // Never reset: another thread may be between these two statements.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return {
    bytesInUse() {
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
 * Collects a thread's garbage and compacts its heap; to be called when the thread is idle. A collection takes about
 * 50 ms in a decoder. Compaction matters since suspended connections leave fragments behind, and a partly used page costs as
 * much as a full one.
 *
 * V8 also compacts by itself, but only from an event loop, to which a decoder never returns. The main thread produces
 * little garbage of its own, so V8 would keep the batches that pass through it for long.
 */
export function newHeapCompaction(): () => void {
  let collector: Collector | undefined;
  let bytesAfterLast = 0;
  let last = performance.now();
  return () => {
    if (performance.now() - last < INTERVAL_MS) return;
    collector ??= newCollector();
    if (collector.bytesInUse() < bytesAfterLast + MIN_GROWTH) return;
    collector.collect();
    bytesAfterLast = collector.bytesInUse();
    last = performance.now();
  };
}

/** Collects the main thread's garbage from time to time, and returns what all threads have freed to the system. */
export function scheduleGc(): NodeJS.Timeout {
  const compactHeap = newHeapCompaction();
  let trim: Promise<(() => void) | undefined> | undefined;
  const run = async () => {
    compactHeap();
    trim ??= loadMallocTrim();
    (await trim)?.();
  };
  return setInterval(run, INTERVAL_MS + 1000).unref();
}
