/**
 * All connections by their endpoints, in a hash table of chains (a Map would need a string or an object
 * a packet for its key), and by last use in a list, so that the least recently used goes first.
 */
import type { Headers } from '../packet/headers.js';
import { flowHash } from '../packet/service.js';
import { type Flow, isToClient, isToServer } from './flow.js';

export interface FlowTable {
  size(): number;
  hash(h: Headers): number;
  /** The packet's connection, marked as used now; undefined if it is not known. */
  find(h: Headers): Flow | undefined;
  add(flow: Flow): void;
  remove(flow: Flow): void;
  leastRecent(): Flow | undefined;
}

/** @param seed of the hash: where senders choose their addresses, one that nobody knows */
export function newFlowTable(limit: number, seed: number): FlowTable {
  const buckets = 1 << Math.min(20, Math.max(8, Math.ceil(Math.log2(limit))));
  const chains: (Flow | undefined)[] = new Array(buckets).fill(undefined);
  let size = 0;
  let newest: Flow | undefined;
  let oldest: Flow | undefined;

  const unlink = (flow: Flow) => {
    if (flow.newer === undefined) newest = flow.older;
    else flow.newer.older = flow.older;
    if (flow.older === undefined) oldest = flow.newer;
    else flow.older.newer = flow.newer;
    flow.newer = undefined;
    flow.older = undefined;
  };
  const linkAsNewest = (flow: Flow) => {
    flow.older = newest;
    if (newest !== undefined) newest.newer = flow;
    newest = flow;
    oldest ??= flow;
  };

  return {
    size: () => size,
    hash: (h) => flowHash(h, seed),
    find(h) {
      // Packets come in trains: to compare addresses is cheaper than to hash them.
      if (newest !== undefined && (isToServer(newest, h) || isToClient(newest, h))) return newest;
      const hash = flowHash(h, seed);
      for (let flow = chains[hash & (buckets - 1)]; flow !== undefined; flow = flow.chain) {
        if (flow.hash === hash && (isToServer(flow, h) || isToClient(flow, h))) {
          unlink(flow);
          linkAsNewest(flow);
          return flow;
        }
      }
      return undefined;
    },
    add(flow) {
      const bucket = flow.hash & (buckets - 1);
      flow.chain = chains[bucket];
      chains[bucket] = flow;
      linkAsNewest(flow);
      size++;
    },
    remove(flow) {
      const bucket = flow.hash & (buckets - 1);
      let at = chains[bucket];
      if (at === flow) chains[bucket] = flow.chain;
      else {
        while (at !== undefined && at.chain !== flow) at = at.chain;
        if (at === undefined) return;
        at.chain = flow.chain;
      }
      flow.chain = undefined;
      unlink(flow);
      size--;
    },
    leastRecent: () => oldest,
  };
}
