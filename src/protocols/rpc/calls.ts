/** Calls that wait for their reply, by xid: one of these for each direction that calls. */
import type { Moment } from '../protocol.js';
import type { Fields } from './describe.js';
import type { Procedure, Program } from './program.js';

/** A call, once it is over or as far as it was seen. */
export interface Call {
  readonly xid: number;
  readonly programNumber: number;
  readonly versionNumber: number;
  readonly procedureNumber: number;
  readonly program: Program | undefined;
  readonly procedure: Procedure | undefined;
  /** undefined: the credential was not seen. */
  readonly auth: Fields | undefined;
  verifier: Fields | undefined;
  request: Fields | undefined;
  /** Bytes of data behind the struct; undefined where its end was not seen. */
  dataBytes: number | undefined;
  payload: Fields | undefined;
  truncated: boolean;
  /** Why it is malformed; empty: it isn't. */
  reason: string;
  retransmission: boolean;
  /** When its last byte passed. */
  seconds: number;
  nanoseconds: number;
  packet: number;
  /** Bytes that remembering it is charged with. */
  weight: number;
}

/** Calls that are remembered in one direction of a connection, and the bytes of their records. */
const CallsLimit = 65536;
const WeightLimit = 32 << 20;

export interface Calls {
  /** Remembers a call. Returns the one with the same xid that it takes the place of, if there is one. */
  open(call: Call): Call | undefined;
  has(xid: number): boolean;
  find(xid: number): Call | undefined;
  /** Takes the call that a reply of this xid answers. */
  take(xid: number): Call | undefined;
  /** Calls that were given up for others since this was asked last. */
  takeForgotten(): number;
  /** All that are left, oldest first; they are gone then. */
  takeAll(): Call[];
}

export function newCalls(): Calls {
  // A Map keeps the order of insertion: the first is the oldest.
  const calls = new Map<number, Call>();
  let weight = 0;
  let forgotten = 0;
  const remove = (call: Call) => {
    calls.delete(call.xid);
    weight -= call.weight;
  };
  return {
    open(call) {
      const before = calls.get(call.xid);
      if (before !== undefined) remove(before);
      calls.set(call.xid, call);
      weight += call.weight;
      while (calls.size > CallsLimit || (weight > WeightLimit && calls.size > 1)) {
        const [oldest] = calls.values();
        remove(oldest);
        forgotten++;
      }
      return before;
    },
    has: (xid) => calls.has(xid),
    find: (xid) => calls.get(xid),
    take(xid) {
      const call = calls.get(xid);
      if (call !== undefined) remove(call);
      return call;
    },
    takeForgotten() {
      const count = forgotten;
      forgotten = 0;
      return count;
    },
    takeAll() {
      const left = [...calls.values()];
      calls.clear();
      weight = 0;
      return left;
    },
  };
}

export function stamp(call: Call, at: Moment): void {
  call.seconds = at.seconds;
  call.nanoseconds = at.nanoseconds;
  call.packet = at.packet;
}
