/** Calls that wait for their reply, by xid: one of these for each direction that calls. */
import { nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import type { Fields } from './describer.js';
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
  /** Describer.now() when it was read; 0: it came by before that. */
  readonly began: number;
  /** What Describer.asked() gave. */
  lock: object | undefined;
  /** It was told that there is no reply. */
  told: boolean;
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
/** Calls that are each looked at when a reply may be lost. */
const DoubtfulLimit = 256;

export interface Calls {
  /** Remembers a call. Returns the one with the same xid that it takes the place of, if there is one. */
  open(call: Call): Call | undefined;
  has(xid: number): boolean;
  find(xid: number): Call | undefined;
  /** Takes the call that a reply of this xid answers. */
  take(xid: number): Call | undefined;
  /** Calls that were given up for others since this was asked last. */
  takeForgotten(): number;
  /** Those that have waited so many milliseconds and were not told of before: they are told now. */
  overdue(at: PacketTimestamp, timeout: number): Call[];
  /** Whether any waits that was not told of. */
  waiting(): boolean;
  /** Whether there is nothing to be remembered. */
  empty(): boolean;
  /** All that are left, oldest first of those that were told of, then of the others; they are gone then. */
  takeAll(): Call[];
  /**
   * Those whose reply may just have been lost; undefined: too many to look at each. Of many that were told of, which may
   * be years old, those alone that were not given before.
   */
  takeDoubtful(): readonly Call[] | undefined;
}

export function newCalls(): Calls {
  // A Map keeps the order of insertion: the first is the oldest.
  const calls = new Map<number, Call>();
  /** Those that were told of: their reply may come yet. */
  const told = new Map<number, Call>();
  /** Of those, the ones that were not yet given as doubtful. */
  const fresh = new Set<Call>();
  let weight = 0;
  let forgotten = 0;
  const find = (xid: number) => calls.get(xid) ?? (told.size > 0 ? told.get(xid) : undefined);
  const remove = (call: Call) => {
    if (call.told) {
      told.delete(call.xid);
      fresh.delete(call);
    } else calls.delete(call.xid);
    weight -= call.weight;
  };
  return {
    open(call) {
      const before = find(call.xid);
      if (before !== undefined) remove(before);
      calls.set(call.xid, call);
      weight += call.weight;
      while (calls.size + told.size > CallsLimit || (weight > WeightLimit && calls.size + told.size > 1)) {
        const [oldest] = told.size > 0 ? told.values() : calls.values();
        remove(oldest);
        forgotten++;
      }
      return before;
    },
    has: (xid) => calls.has(xid) || told.has(xid),
    find,
    take(xid) {
      const call = find(xid);
      if (call !== undefined) remove(call);
      return call;
    },
    takeForgotten() {
      const count = forgotten;
      forgotten = 0;
      return count;
    },
    overdue(at, timeout) {
      const late: Call[] = [];
      for (const call of calls.values()) {
        if (nanosecondsBetween(call.seconds, call.nanoseconds, at) < timeout * 1e6) break;
        late.push(call);
      }
      for (const call of late) {
        calls.delete(call.xid);
        call.told = true;
        told.set(call.xid, call);
        fresh.add(call);
      }
      return late;
    },
    waiting: () => calls.size > 0,
    empty: () => calls.size === 0 && told.size === 0 && forgotten === 0,
    takeDoubtful() {
      const old = calls.size + told.size > DoubtfulLimit ? fresh : told;
      const doubtful =
        calls.size + old.size > DoubtfulLimit ? undefined : [...old.values(), ...calls.values()];
      fresh.clear();
      return doubtful;
    },
    takeAll() {
      const left = [...told.values(), ...calls.values()];
      told.clear();
      fresh.clear();
      calls.clear();
      weight = 0;
      return left;
    },
  };
}

export function stamp(call: Call, at: PacketTimestamp): void {
  call.seconds = at.seconds;
  call.nanoseconds = at.nanoseconds;
  call.packet = at.packet;
}
