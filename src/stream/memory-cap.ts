/** Caps the memory that all connections together buffer: queued segments and unconsumed bytes. */
import type { Flow } from './connection.js';
import type { StreamLimits } from './limits.js';

/** When the cap is exceeded, buffers are dropped until this fraction of it is in use. */
const LOW_WATER = 0.75;

export class MemoryCap {
  private readonly limit: number;
  private readonly segmentCost: number;
  private buffered = 0;

  constructor(limits: StreamLimits) {
    this.limit = limits.totalBytes;
    this.segmentCost = limits.segmentCost;
  }

  /** Bytes that a connection buffers, including the cost of each queued segment. */
  bytesOf({ halves: [a, b] }: Flow): number {
    const segments = a.queuedSegments + b.queuedSegments;
    return (
      a.queuedBytes + a.unconsumedLength + b.queuedBytes + b.unconsumedLength + segments * this.segmentCost
    );
  }

  /** Accounts for the change of bytesOf() since `before`. */
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
