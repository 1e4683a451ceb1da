/**
 * Which response answers which request: the outstanding requests of one connection, oldest first.
 *
 * gearmand answers the packets of a connection in their order, and tells the client of its jobs
 * (WORK_*, NOOP) in between. So a response answers the oldest request that it fits, and what is older
 * still will have no answer any more: a WORK_* that succeeded, or a request that the server left alone.
 */
import { nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import { Awaits } from './packet-types.js';

/** Outstanding requests that are remembered for one connection. */
export const PENDING_LIMIT = 65_536;

/**
 * A quiet time after which nothing is believed to be under way: gearmand answers at once, so that only
 * the network's round trip counts. Used after bytes were lost, when a request or response may be among
 * them.
 */
const QUIET_NANOSECONDS = 100_000_000;

/** The response has no request, as far as is known. */
export const UNMATCHED = -1;
/** It has one, but which of several is not to be told. */
export const UNTIMED = -2;

export interface Pairing {
  /** A message went by: a quiet time starts with it. */
  onMessage(at: PacketTimestamp): void;
  /** Whether pairs are to be trusted: false after a loss, until the connection was quiet. */
  canPair(at: PacketTimestamp): boolean;
  addRequest(asks: number, at: PacketTimestamp): void;
  /** Nanoseconds since the request that this response answers, or Unmatched or Untimed. */
  matchResponse(answers: number, at: PacketTimestamp): number;
  /** Bytes of the connection were lost: what is outstanding can't be paired any more. */
  onLoss(at: PacketTimestamp): void;
  /** The number, from 1, of the request that was remembered or answered since this was asked last; 0: none was. */
  takeSerial(): number;
  /** Requests forgotten because there were too many; each is told once. */
  takeEvicted(): number;
  /** All there is to know where nothing is outstanding; undefined: something is. */
  suspend(): SuspendedPairing | undefined;
}

export interface SuspendedPairing {
  readonly trusted: boolean;
  readonly lastSeconds: number;
  readonly lastNanoseconds: number;
  readonly requests: number;
}

// The ring holds five numbers a request.
const Slots = 5;
const What = 0;
const Seconds = 1;
const Nanoseconds = 2;
/** Successive WORK_* packets are one entry: which of them an ERROR is for can't be told anyway. */
const Run = 3;
const Serial = 4;

const Kinds = 12;
const bit = (mask: number): number => 31 - Math.clz32(mask);

const Fresh: SuspendedPairing = { trusted: true, lastSeconds: 0, lastNanoseconds: 0, requests: 0 };
// Until the first message there is no telling how long it was quiet.
const Joined: SuspendedPairing = { ...Fresh, trusted: false, lastSeconds: Number.NEGATIVE_INFINITY };
const NoRing = new Float64Array(0);

/**
 * @param fromStart nothing can be under way yet
 * @param from what it goes on from
 */
export function newPairing(fromStart: boolean, from = fromStart ? Fresh : Joined): Pairing {
  let ring = NoRing;
  let capacity = 0;
  let head = 0;
  let length = 0;
  /** How many entries wait for what: a response that nothing waits for costs no search. */
  const waiting = new Int32Array(Kinds);
  let awaited = 0;
  let { trusted, lastSeconds, lastNanoseconds, requests } = from;
  let forgotten = 0;
  let serial = 0;

  const place = (index: number): number => ((head + index) & (capacity - 1)) * Slots;

  function grow(): void {
    const larger = new Float64Array(Math.max(capacity * 2, 8) * Slots);
    for (let i = 0; i < length; i++) {
      const from = place(i);
      larger.set(ring.subarray(from, from + Slots), i * Slots);
    }
    ring = larger;
    capacity = larger.length / Slots;
    head = 0;
  }

  function drop(): void {
    const kind = bit(ring[place(0)]);
    waiting[kind] -= 1;
    if (waiting[kind] === 0) awaited &= ~(1 << kind);
    head = (head + 1) & (capacity - 1);
    length -= 1;
  }

  function clear(): void {
    head = 0;
    length = 0;
    awaited = 0;
    waiting.fill(0);
  }

  /** Behind a hole messages are read later than others that came after them: the latest counts. */
  function passed(at: PacketTimestamp): void {
    if (nanosecondsBetween(lastSeconds, lastNanoseconds, at) <= 0) return;
    lastSeconds = at.seconds;
    lastNanoseconds = at.nanoseconds;
  }

  return {
    takeEvicted() {
      const count = forgotten;
      forgotten = 0;
      return count;
    },

    suspend: () =>
      length === 0 && forgotten === 0 && serial === 0
        ? { trusted, lastSeconds, lastNanoseconds, requests }
        : undefined,

    takeSerial() {
      const taken = serial;
      serial = 0;
      return taken;
    },

    onMessage: passed,

    canPair(at) {
      if (!trusted && lastSeconds >= 0)
        trusted = nanosecondsBetween(lastSeconds, lastNanoseconds, at) >= QUIET_NANOSECONDS;
      return trusted;
    },

    addRequest(asks, at) {
      if (asks === Awaits.work && length > 0) {
        const last = place(length - 1);
        if (ring[last + What] === Awaits.work) {
          ring[last + Run] += 1;
          serial = ++requests;
          ring[last + Serial] = serial;
          return;
        }
      }
      if (length === PENDING_LIMIT) {
        drop();
        forgotten += 1;
      } else if (length === capacity) grow();
      const next = place(length);
      ring[next + What] = asks;
      ring[next + Seconds] = at.seconds;
      ring[next + Nanoseconds] = at.nanoseconds;
      ring[next + Run] = 1;
      serial = ++requests;
      ring[next + Serial] = serial;
      length += 1;
      waiting[bit(asks)] += 1;
      awaited |= asks;
    },

    matchResponse(answers, at) {
      if ((awaited & answers) === 0) return UNMATCHED;
      while ((ring[place(0)] & answers) === 0) drop();
      const first = place(0);
      serial = ring[first + Serial];
      const run = ring[first + Run];
      const nanoseconds = nanosecondsBetween(ring[first + Seconds], ring[first + Nanoseconds], at);
      if (run > 1) {
        // Any of them may be meant; the others may yet fail. It stays a run, so that it stays untimed.
        return UNTIMED;
      }
      drop();
      return nanoseconds < 0 ? UNTIMED : nanoseconds;
    },

    onLoss(at) {
      clear();
      trusted = false;
      passed(at);
    },
  };
}
