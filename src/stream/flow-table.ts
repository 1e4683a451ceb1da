/**
 * All connections by their endpoints, and by last use, so that the least recently used goes first.
 *
 * They are rows of numbers (packed-flow.ts), in a hash table of chains (a Map would need a string or an object a packet for its
 * key) and in a list. One that is awake is an object besides; of one that sleeps there are the row and what its decoder
 * wants kept, some 250 bytes: tens of thousands that are open and silent are nothing for the garbage collector to walk
 * through.
 *
 * The columns are as long as they can ever be from the start; memory that was never touched is not the process's yet.
 */
import type { Headers } from '../packet/headers.js';
import { flowHash } from '../packet/service.js';
import type { Flow } from './connection.js';
import { isOf, RowWords, readRow, Word, writeRow } from './packed-flow.js';

export interface FlowTable {
  size(): number;
  hash(h: Headers): number;
  /** The packet's connection, marked as used now, and awake; undefined if it is not known. */
  find(h: Headers): Flow | undefined;
  add(flow: Flow): void;
  remove(flow: Flow): void;
  leastRecent(): Flow | undefined;
  /** The next of those that are awake, by use. */
  newer(flow: Flow): Flow | undefined;
  /** Puts it to sleep: the object is nobody's any more. `rest` is what `woken` gets. */
  sleep(flow: Flow, rest: object): void;
}

/**
 * @param seed of the hash: where senders choose their addresses, one that nobody knows
 * @param woken gives a connection that was asleep back what it was
 */
export function newFlowTable(
  limit: number,
  seed: number,
  woken: (flow: Flow, rest: object) => void,
): FlowTable {
  const most = limit + 1;
  const heads = new Int32Array(1 << Math.min(20, Math.max(8, Math.ceil(Math.log2(limit)))));
  const mask = heads.length - 1;
  // Rows are numbered from 1; 0 is none.
  const rows = new Int32Array((most + 1) * RowWords);
  /** The next in the same chain, or the next that is free. */
  const next = new Int32Array(most + 1);
  const newer = new Int32Array(most + 1);
  const older = new Int32Array(most + 1);
  const flows: (Flow | undefined)[] = [undefined];
  const rests: (object | undefined)[] = [undefined];
  let size = 0;
  let used = 0;
  let free = 0;
  let newest = 0;
  let oldest = 0;

  const unlink = (row: number) => {
    if (newer[row] === 0) newest = older[row];
    else older[newer[row]] = older[row];
    if (older[row] === 0) oldest = newer[row];
    else newer[older[row]] = newer[row];
  };
  const linkAsNewest = (row: number) => {
    older[row] = newest;
    newer[row] = 0;
    if (newest !== 0) newer[newest] = row;
    newest = row;
    if (oldest === 0) oldest = row;
  };
  const awake = (row: number): Flow => {
    const flow = flows[row];
    if (flow !== undefined) return flow;
    const one = readRow(rows, row);
    const rest = rests[row];
    flows[row] = one;
    rests[row] = undefined;
    if (rest !== undefined) woken(one, rest);
    return one;
  };

  return {
    size: () => size,
    hash: (h) => flowHash(h, seed),
    find(h) {
      // Packets come in trains: to compare addresses is cheaper than to hash them.
      if (newest !== 0 && isOf(rows, newest, h)) return awake(newest);
      const hash = flowHash(h, seed);
      for (let row = heads[hash & mask]; row !== 0; row = next[row]) {
        if (rows[row * RowWords + Word.hash] === hash && isOf(rows, row, h)) {
          if (row !== newest) {
            unlink(row);
            linkAsNewest(row);
          }
          return awake(row);
        }
      }
      return undefined;
    },
    add(flow) {
      const row = free || ++used;
      if (row === free) free = next[row];
      flow.slot = row;
      writeRow(rows, flow);
      flows[row] = flow;
      rests[row] = undefined;
      const bucket = flow.hash & mask;
      next[row] = heads[bucket];
      heads[bucket] = row;
      linkAsNewest(row);
      size++;
    },
    remove(flow) {
      const { slot: row } = flow;
      if (flows[row] !== flow) return;
      const bucket = flow.hash & mask;
      if (heads[bucket] === row) heads[bucket] = next[row];
      else {
        let at = heads[bucket];
        while (next[at] !== row) at = next[at];
        next[at] = next[row];
      }
      unlink(row);
      flows[row] = undefined;
      next[row] = free;
      free = row;
      size--;
    },
    leastRecent: () => (oldest === 0 ? undefined : awake(oldest)),
    newer(flow) {
      let row = newer[flow.slot];
      while (row !== 0 && flows[row] === undefined) row = newer[row];
      return flows[row];
    },
    sleep(flow, rest) {
      const { slot: row } = flow;
      writeRow(rows, flow);
      flows[row] = undefined;
      rests[row] = rest;
    },
  };
}
