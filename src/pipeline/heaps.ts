/**
 * How much more than it needs a decoder's heap takes. Left alone, V8 lets what is no garbage yet grow to four times
 * what is in use before it looks, since a heap that grows is taken for one that will be needed: with tens of thousands of
 * connections that is hundreds of MiB. What these cost is in native-notes/memory.md.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ResourceLimits } from 'node:worker_threads';

/** Three times the size of a semi-space: what lives no longer than a packet needs no more. */
export const DECODER_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 12 };

/** The heap is looked through when it has grown by half. Of the whole process; V8 reads it each time. */
export function growSparingly(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/** By how much a heap has grown when it is worth looking through while there is nothing else to do. */
const WORTH = 8 << 20;

/**
 * Collects garbage in a thread that never returns to its event loop, where V8 would do so by itself when it is idle. To be
 * called when nothing is to be done; it takes some 50 ms where there is something to collect. What is in use is moved
 * together: connections leave holes when they fall asleep, and a page with a hole is memory as a full one is.
 */
export function newTidying(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  let least = 0;
  return () => {
    if (getHeapStatistics().total_heap_size < least + WORTH) return;
    setFlagsFromString('--compact-on-every-full-gc');
    collect();
    setFlagsFromString('--no-compact-on-every-full-gc');
    least = getHeapStatistics().total_heap_size;
  };
}
