/** What all connections buffer together: queued segments and unconsumed bytes. */
import type { Flow } from './connection.js';
import type { StreamLimits } from './limits.js';

/** When the cap is exceeded, buffers are dropped until this part of it is in use. */
const LOW_WATER = 0.75;

export class MemoryCap {
  private readonly limit: number;
  private readonly segmentCost: number;
  private buffered = 0;

  constructor(limits: StreamLimits) {
    this.limit = limits.totalBytes;
    this.segmentCost = limits.segmentCost;
  }

  /** Bytes that a connection buffers, with what each queued segment costs besides. */
  bytesOf({ halves: [a, b] }: Flow): number {
    const segments = a.queuedSegments + b.queuedSegments;
    return (
      a.queuedBytes + a.unconsumedLength + b.queuedBytes + b.unconsumedLength + segments * this.segmentCost
    );
  }

  /** Accounts for what a connection has come to buffer more, or less, than `before`. */
  update(flow: Flow, before: number): void {
    this.buffered += this.bytesOf(flow) - before;
  }

  remove(flow: Flow): void {
    this.buffered -= this.bytesOf(flow);
  }

  isExceeded(): boolean {
    return this.buffered > this.limit;
  }

  isAboveLowWater(): boolean {
    return this.buffered > this.limit * LOW_WATER;
  }
}
