/**
 * Which response answers which request: the pending requests of one connection, oldest first.
 *
 * gearmand answers the packets of a connection in order, and sends the client packets about its jobs (WORK_*, NOOP) in
 * between. So a response answers the oldest request that it fits. Requests older than that one stay unanswered: a
 * WORK_* that succeeded, or a request that the server ignored.
 */
import { nanosecondsBetween, type PacketTimestamp } from '../../packet/timestamp.js';
import { Awaits } from './packet-types.js';

/** Pending requests kept for one connection. */
export const PENDING_LIMIT = 65_536;

/**
 * After bytes were lost, a request or response may be among them. Pairing resumes after a quiet time of this length:
 * gearmand answers at once, so that only the network's round trip counts.
 */
const QUIET_NANOSECONDS = 100_000_000;

/** No pending request fits the response. */
export const UNMATCHED = -1;
/** Several pending requests fit the response, or their timestamps are out of order. */
export const UNTIMED = -2;

export interface SuspendedPairing {
  readonly trusted: boolean;
  readonly lastSeconds: number;
  readonly lastNanoseconds: number;
  readonly requests: number;
}

const FROM_START: SuspendedPairing = { trusted: true, lastSeconds: 0, lastNanoseconds: 0, requests: 0 };
// How long the connection was quiet before its first message is not known.
const MIDSTREAM: SuspendedPairing = {
  ...FROM_START,
  trusted: false,
  lastSeconds: Number.NEGATIVE_INFINITY,
};

/** The ring buffer's numbers of one request. */
const Slot = {
  awaits: 0,
  seconds: 1,
  nanoseconds: 2,
  /** Consecutive WORK_* packets share an entry: it is unknown which of them an ERROR answers. */
  run: 3,
  serial: 4,
} as const;
const SLOTS = 5;

const AWAITS_BITS = 12;
const bit = (mask: number): number => 31 - Math.clz32(mask);

const EMPTY_RING = new Float64Array(0);

export class Pairing {
  private ring: Float64Array = EMPTY_RING;
  private capacity = 0;
  private head = 0;
  private length = 0;
  /** The number of entries by awaited response, and the set of these: a response that fits none needs no search. */
  private readonly entriesByAwaits: Int32Array = new Int32Array(AWAITS_BITS);
  private awaited = 0;
  private trusted: boolean;
  private lastSeconds: number;
  private lastNanoseconds: number;
  private requests: number;
  private evicted = 0;
  private serial = 0;

  /** @param fromStart true: no request can be pending yet */
  constructor(fromStart: boolean, suspended = fromStart ? FROM_START : MIDSTREAM) {
    this.trusted = suspended.trusted;
    this.lastSeconds = suspended.lastSeconds;
    this.lastNanoseconds = suspended.lastNanoseconds;
    this.requests = suspended.requests;
  }

  /** Restarts the quiet time. After a gap messages are decoded out of order: the latest timestamp counts. */
  onMessage(at: PacketTimestamp): void {
    if (nanosecondsBetween(this.lastSeconds, this.lastNanoseconds, at) <= 0) return;
    this.lastSeconds = at.seconds;
    this.lastNanoseconds = at.nanoseconds;
  }

  /** false after a loss, until the connection was quiet. */
  canPair(at: PacketTimestamp): boolean {
    if (!this.trusted && this.lastSeconds >= 0) {
      this.trusted = nanosecondsBetween(this.lastSeconds, this.lastNanoseconds, at) >= QUIET_NANOSECONDS;
    }
    return this.trusted;
  }

  /** @param awaits one of Awaits */
  addRequest(awaits: number, at: PacketTimestamp): void {
    this.serial = ++this.requests;
    if (awaits === Awaits.work && this.length > 0) {
      const last = this.offsetOf(this.length - 1);
      if (this.ring[last + Slot.awaits] === Awaits.work) {
        this.ring[last + Slot.run] += 1;
        this.ring[last + Slot.serial] = this.serial;
        return;
      }
    }
    if (this.length === PENDING_LIMIT) {
      this.dropOldest();
      this.evicted += 1;
    } else if (this.length === this.capacity) this.grow();
    const next = this.offsetOf(this.length);
    this.ring[next + Slot.awaits] = awaits;
    this.ring[next + Slot.seconds] = at.seconds;
    this.ring[next + Slot.nanoseconds] = at.nanoseconds;
    this.ring[next + Slot.run] = 1;
    this.ring[next + Slot.serial] = this.serial;
    this.length += 1;
    this.entriesByAwaits[bit(awaits)] += 1;
    this.awaited |= awaits;
  }

  /**
   * @param answers a set of Awaits
   * @returns nanoseconds since the request that the response answers, or UNMATCHED or UNTIMED
   */
  matchResponse(answers: number, at: PacketTimestamp): number {
    if ((this.awaited & answers) === 0) return UNMATCHED;
    while ((this.ring[this.offsetOf(0)] & answers) === 0) this.dropOldest();
    const first = this.offsetOf(0);
    const { ring } = this;
    this.serial = ring[first + Slot.serial];
    // The response may be to any of them, and the others may still fail: the run stays.
    if (ring[first + Slot.run] > 1) return UNTIMED;
    const nanoseconds = nanosecondsBetween(ring[first + Slot.seconds], ring[first + Slot.nanoseconds], at);
    this.dropOldest();
    return nanoseconds < 0 ? UNTIMED : nanoseconds;
  }

  /** Bytes of the connection were lost: pending requests can no longer be paired. */
  onLoss(at: PacketTimestamp): void {
    this.head = 0;
    this.length = 0;
    this.awaited = 0;
    this.entriesByAwaits.fill(0);
    this.trusted = false;
    this.onMessage(at);
  }

  /** The number, from 1, of the request that was added or answered since the last call; 0: none. */
  takeSerial(): number {
    const { serial } = this;
    this.serial = 0;
    return serial;
  }

  /** Requests evicted since the last call, because too many were pending. */
  takeEvicted(): number {
    const { evicted } = this;
    this.evicted = 0;
    return evicted;
  }

  /** undefined: a request is pending. */
  suspend(): SuspendedPairing | undefined {
    if (this.length > 0 || this.evicted > 0 || this.serial > 0) return undefined;
    const { trusted, lastSeconds, lastNanoseconds, requests } = this;
    return { trusted, lastSeconds, lastNanoseconds, requests };
  }

  private offsetOf(index: number): number {
    return ((this.head + index) & (this.capacity - 1)) * SLOTS;
  }

  private grow(): void {
    const larger = new Float64Array(Math.max(this.capacity * 2, 8) * SLOTS);
    for (let i = 0; i < this.length; i++) {
      const offset = this.offsetOf(i);
      larger.set(this.ring.subarray(offset, offset + SLOTS), i * SLOTS);
    }
    this.ring = larger;
    this.capacity = larger.length / SLOTS;
    this.head = 0;
  }

  private dropOldest(): void {
    const awaits = bit(this.ring[this.offsetOf(0)]);
    this.entriesByAwaits[awaits] -= 1;
    if (this.entriesByAwaits[awaits] === 0) this.awaited &= ~(1 << awaits);
    this.head = (this.head + 1) & (this.capacity - 1);
    this.length -= 1;
  }
}
