/**
 * All connections by their endpoints, and by last use, so that the least recently used one is evicted first.
 *
 * Each has a slot of packed words (packed-flow.ts), in a hash table with chains (a Map would need a string or an object
 * for each packet's key) and in a list by use. An active connection also has an object. A suspended one is the words
 * and its decoder's suspended state, some 250 bytes, so that tens of thousands of open, silent connections cost the
 * garbage collector next to nothing.
 *
 * The arrays have their full length from the start; memory that was never touched is not resident.
 */
import type { Headers } from '../packet/headers.js';
import { flowHash } from '../packet/service.js';
import type { Flow } from './connection.js';
import { FlowWord, PACKED_FLOW_WORDS, packedFlowMatches, packFlow, unpackFlow } from './packed-flow.js';

/** No slot: slots are numbered from 1. */
const NONE = 0;

const MIN_BUCKET_BITS = 8;
const MAX_BUCKET_BITS = 20;

export class FlowTable {
  private readonly seed: number;
  private readonly onRestore: (flow: Flow, suspended: object) => void;
  /** The first slot of each bucket's chain. */
  private readonly buckets: Int32Array;
  private readonly bucketMask: number;
  private readonly packed: Int32Array;
  /** By slot: the next one in its chain, or the next free one. */
  private readonly chained: Int32Array;
  private readonly newer: Int32Array;
  private readonly older: Int32Array;
  /** By slot: the object of an active connection, or the suspended state. */
  private readonly flows: (Flow | undefined)[] = [undefined];
  private readonly suspended: (object | undefined)[] = [undefined];
  private count = 0;
  private slotsUsed = 0;
  private firstFree = NONE;
  private newest = NONE;
  private oldest = NONE;

  /**
   * @param limit connections at most
   * @param seed of the hash; unpredictable where senders choose their addresses
   * @param onRestore gives a connection that was suspended its decoder and observer
   */
  constructor(limit: number, seed: number, onRestore: (flow: Flow, suspended: object) => void) {
    const slots = limit + 2;
    const bucketBits = Math.min(MAX_BUCKET_BITS, Math.max(MIN_BUCKET_BITS, Math.ceil(Math.log2(limit))));
    this.seed = seed;
    this.onRestore = onRestore;
    this.buckets = new Int32Array(1 << bucketBits);
    this.bucketMask = this.buckets.length - 1;
    this.packed = new Int32Array(slots * PACKED_FLOW_WORDS);
    this.chained = new Int32Array(slots);
    this.newer = new Int32Array(slots);
    this.older = new Int32Array(slots);
  }

  size(): number {
    return this.count;
  }

  hash(h: Headers): number {
    return flowHash(h, this.seed);
  }

  /** The packet's connection, restored if it was suspended and marked as the most recently used; undefined: unknown. */
  find(h: Headers): Flow | undefined {
    // Packets come in trains: comparing addresses is cheaper than hashing them.
    const { newest, packed } = this;
    if (newest !== NONE && packedFlowMatches(packed, newest, h)) return this.active(newest);
    const hash = flowHash(h, this.seed);
    for (let slot = this.buckets[hash & this.bucketMask]; slot !== NONE; slot = this.chained[slot]) {
      if (packed[slot * PACKED_FLOW_WORDS + FlowWord.hash] !== hash) continue;
      if (!packedFlowMatches(packed, slot, h)) continue;
      if (slot !== newest) {
        this.unlink(slot);
        this.linkAsNewest(slot);
      }
      return this.active(slot);
    }
    return undefined;
  }

  add(flow: Flow): void {
    const slot = this.allocateSlot();
    flow.slot = slot;
    packFlow(this.packed, flow);
    this.flows[slot] = flow;
    this.suspended[slot] = undefined;
    const bucket = flow.hash & this.bucketMask;
    this.chained[slot] = this.buckets[bucket];
    this.buckets[bucket] = slot;
    this.linkAsNewest(slot);
    this.count++;
  }

  remove(flow: Flow): void {
    const { slot } = flow;
    if (this.flows[slot] !== flow) return;
    this.unchain(slot, flow.hash & this.bucketMask);
    this.unlink(slot);
    this.flows[slot] = undefined;
    this.chained[slot] = this.firstFree;
    this.firstFree = slot;
    this.count--;
  }

  /** The least recently used connection, restored if it was suspended. */
  leastRecent(): Flow | undefined {
    return this.oldest === NONE ? undefined : this.active(this.oldest);
  }

  /** The active connection that was used next after `flow`. */
  nextNewerActive(flow: Flow): Flow | undefined {
    let slot = this.newer[flow.slot];
    while (slot !== NONE && this.flows[slot] === undefined) slot = this.newer[slot];
    return this.flows[slot];
  }

  /** Keeps `state` and the packed words in place of the object. */
  suspend(flow: Flow, state: object): void {
    packFlow(this.packed, flow);
    this.flows[flow.slot] = undefined;
    this.suspended[flow.slot] = state;
  }

  private active(slot: number): Flow {
    return this.flows[slot] ?? this.restore(slot);
  }

  private restore(slot: number): Flow {
    const flow = unpackFlow(this.packed, slot);
    const state = this.suspended[slot];
    this.flows[slot] = flow;
    this.suspended[slot] = undefined;
    if (state !== undefined) this.onRestore(flow, state);
    return flow;
  }

  private allocateSlot(): number {
    const slot = this.firstFree;
    if (slot === NONE) return ++this.slotsUsed;
    this.firstFree = this.chained[slot];
    return slot;
  }

  private unchain(slot: number, bucket: number): void {
    const { chained, buckets } = this;
    if (buckets[bucket] === slot) {
      buckets[bucket] = chained[slot];
      return;
    }
    let previous = buckets[bucket];
    while (chained[previous] !== slot) previous = chained[previous];
    chained[previous] = chained[slot];
  }

  private unlink(slot: number): void {
    const { newer, older } = this;
    if (newer[slot] === NONE) this.newest = older[slot];
    else older[newer[slot]] = older[slot];
    if (older[slot] === NONE) this.oldest = newer[slot];
    else newer[older[slot]] = newer[slot];
  }

  private linkAsNewest(slot: number): void {
    this.older[slot] = this.newest;
    this.newer[slot] = NONE;
    if (this.newest !== NONE) this.newer[this.newest] = slot;
    this.newest = slot;
    if (this.oldest === NONE) this.oldest = slot;
  }
}
