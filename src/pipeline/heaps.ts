/**
 * How much more than it needs a decoder's heap takes. Left alone, V8 lets what is no garbage yet grow to four times
 * what is in use before it looks, since a heap that grows is taken for one that will be needed: with tens of thousands of
 * connections that is hundreds of MiB. What these cost is in native-notes/memory.md.
 */
import { setFlagsFromString } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';

/** Three times the size of a semi-space: what lives no longer than a packet needs no more. */
export const DECODER_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: 12 };

/** The heap is looked through when it has grown by half. Of the whole process; V8 reads it each time. */
export function growSparingly(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
