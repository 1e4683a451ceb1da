/**
 * How much more than it needs a decoder's heap takes. Left alone, V8 lets what is no garbage yet grow to four times
 * what is in use before it looks, since a heap that grows is taken for one that will be needed: with tens of thousands of
 * connections that is hundreds of MiB. What these cost is in native-notes/performance.md.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ResourceLimits } from 'node:worker_threads';

/** Three times the size of a semi-space: what lives no longer than a packet needs no more. */
export const DECODER_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 12 };

/** The capture thread makes next to no garbage; what its start has needed is all that it would grow by. */
export const CAPTURE_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 3 };

/** The heap is looked through when it has grown by half. Of the whole process; V8 reads it each time. */
export function growSparingly(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/** By how much a heap, and what hangs on it, has grown when it is worth looking through. */
const WORTH = 4 << 20;
/** And how long it is left alone then. */
const REST_MS = 10_000;

/** Made when it is needed: a context takes some time at the start. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}

function inUse(): number {
  const { total_heap_size, external_memory } = getHeapStatistics();
  return total_heap_size + external_memory;
}

/**
 * Collects a thread's garbage. To be called when nothing is to be done; it takes some 50 ms in a decoder where there is
 * something to collect. What is in use is moved together: connections leave holes when they fall asleep, and a page with a
 * hole is memory as a full one is.
 *
 * V8 would do the like by itself, but only from an event loop, to which a decoder never returns; and the main thread,
 * which hands batches of lines on, makes so little garbage of its own that it would keep those for a long time.
 */
export function newTidying(): () => void {
  let collect: (() => void) | undefined;
  let least = 0;
  let last = performance.now();
  return () => {
    if (performance.now() - last < REST_MS || inUse() < least + WORTH) return;
    collect ??= collector();
    setFlagsFromString('--compact-on-every-full-gc');
    collect();
    setFlagsFromString('--no-compact-on-every-full-gc');
    least = inUse();
    last = performance.now();
  };
}

/** The same for the main thread, now and then. */
export function tidyNowAndThen(): NodeJS.Timeout {
  return setInterval(newTidying(), REST_MS).unref();
}
