/** Calls that wait for their reply, by xid: one table for each direction that sends calls. */
import { copyTimestamp, nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import type { Fields } from './describer.js';
import type { Procedure, Program } from './program.js';

/** A call, as far as it was captured. */
export interface Call {
  readonly xid: number;
  readonly programNumber: number;
  readonly versionNumber: number;
  readonly procedureNumber: number;
  readonly program: Program | undefined;
  readonly procedure: Procedure | undefined;
  /** undefined: the credential was not captured. */
  readonly auth: Fields | undefined;
  verifier: Fields | undefined;
  request: Fields | undefined;
  /** Bytes of data behind the struct; undefined if the end of the struct was not captured. */
  dataBytes: number | undefined;
  payload: Fields | undefined;
  truncated: boolean;
  /** Why it is malformed; empty: it is well-formed. */
  reason: string;
  retransmission: boolean;
  /** Describer.observationEpoch() when it was parsed; 0: it was parsed out of order. */
  readonly epoch: number;
  /** The result of Describer.onCall(). */
  lock: object | undefined;
  timeoutReported: boolean;
  /** The timestamp of its last byte. */
  seconds: number;
  nanoseconds: number;
  packet: number;
  /** Bytes that the call counts for in the memory limit. */
  weight: number;
}

/** Limits of one direction of a connection: calls, and the bytes of their records. */
const CALLS_LIMIT = 65536;
const WEIGHT_LIMIT = 32 << 20;
/** The most calls that are checked one by one when replies may be lost. */
const UNCERTAIN_LIMIT = 256;

export class PendingCalls {
  // A Map keeps insertion order: the first is the oldest.
  private readonly waiting = new Map<number, Call>();
  /** Calls whose timeout is reported: their reply may still come. */
  private readonly timedOut = new Map<number, Call>();
  /** Timed-out calls that takeUncertain() has not returned yet. */
  private readonly newlyTimedOut = new Set<Call>();
  private weight = 0;
  private evicted = 0;

  /** Adds a call. Returns the call with the same xid that it replaces, if there is one. */
  add(call: Call): Call | undefined {
    const replaced = this.find(call.xid);
    if (replaced !== undefined) this.remove(replaced);
    this.waiting.set(call.xid, call);
    this.weight += call.weight;
    while (this.exceedsLimits()) {
      const [oldest] = this.timedOut.size > 0 ? this.timedOut.values() : this.waiting.values();
      this.remove(oldest);
      this.evicted++;
    }
    return replaced;
  }

  private exceedsLimits(): boolean {
    const count = this.waiting.size + this.timedOut.size;
    return count > CALLS_LIMIT || (this.weight > WEIGHT_LIMIT && count > 1);
  }

  private remove(call: Call): void {
    if (call.timeoutReported) {
      this.timedOut.delete(call.xid);
      this.newlyTimedOut.delete(call);
    } else this.waiting.delete(call.xid);
    this.weight -= call.weight;
  }

  has(xid: number): boolean {
    return this.waiting.has(xid) || this.timedOut.has(xid);
  }

  find(xid: number): Call | undefined {
    return this.waiting.get(xid) ?? (this.timedOut.size > 0 ? this.timedOut.get(xid) : undefined);
  }

  /** Removes and returns the call that a reply with this xid answers. */
  take(xid: number): Call | undefined {
    const call = this.find(xid);
    if (call !== undefined) this.remove(call);
    return call;
  }

  /** Returns the number of calls evicted since the previous takeEvicted(). */
  takeEvicted(): number {
    const count = this.evicted;
    this.evicted = 0;
    return count;
  }

  /** Returns the calls that have newly waited `timeout` milliseconds, and marks their timeout as reported. */
  takeTimedOut(at: PacketTimestamp, timeout: number): Call[] {
    const calls: Call[] = [];
    for (const call of this.waiting.values()) {
      if (nanosecondsBetween(call.seconds, call.nanoseconds, at) < timeout * 1e6) break;
      calls.push(call);
    }
    for (const call of calls) {
      this.waiting.delete(call.xid);
      call.timeoutReported = true;
      this.timedOut.set(call.xid, call);
      this.newlyTimedOut.add(call);
    }
    return calls;
  }

  /** Whether any call waits whose timeout is not reported. */
  hasWaiting(): boolean {
    return this.waiting.size > 0;
  }

  isEmpty(): boolean {
    return this.waiting.size === 0 && this.timedOut.size === 0 && this.evicted === 0;
  }

  /**
   * Returns the calls whose reply may just have been lost; undefined: there are too many to check each. If many have
   * timed out, perhaps long ago, only those among them that were not returned before.
   */
  takeUncertain(): readonly Call[] | undefined {
    const { waiting, timedOut, newlyTimedOut } = this;
    const old = waiting.size + timedOut.size > UNCERTAIN_LIMIT ? newlyTimedOut : timedOut;
    const calls =
      waiting.size + old.size > UNCERTAIN_LIMIT ? undefined : [...old.values(), ...waiting.values()];
    newlyTimedOut.clear();
    return calls;
  }

  /** Removes and returns all calls, oldest first: timed-out calls, then the others. */
  takeAll(): Call[] {
    const calls = [...this.timedOut.values(), ...this.waiting.values()];
    this.timedOut.clear();
    this.newlyTimedOut.clear();
    this.waiting.clear();
    this.weight = 0;
    return calls;
  }
}

export function stampCall(call: Call, at: PacketTimestamp): void {
  copyTimestamp(call, at);
}
