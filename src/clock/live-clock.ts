/** Packet time of a live capture: the wall clock is compared with the system's monotonic clock, which cannot be set. */
import { type Clocks, readClocks, STEP_MS } from '../observe/clocks.js';
import {
  type MutableTimestamp,
  newPacketTimestamp,
  type PacketTimestamp,
  setTimestamp,
  type Timestamp,
  type ToWallClock,
} from '../packet/timestamp.js';
import { ClockOffsets } from './clock-offsets.js';
import type { PacketClock } from './packet-clock.js';

/** How long after a step packets from before it may arrive. */
const OLD_PACKETS_MS = 5000;
/** No packet comes from the future, except that clocks are read in milliseconds. */
const FUTURE_TOLERANCE_MS = 20;

export class LiveClock implements PacketClock {
  readonly watermark: PacketTimestamp = newPacketTimestamp();
  private readonly read: () => Clocks;
  private readonly offsets = new ClockOffsets();
  /** All in milliseconds. The system's monotonic clock at the last update. */
  private now: number;
  /** By how much packet time is ahead of the system's monotonic clock. */
  private readonly aheadOfMonotonic: number;
  /** By how much the wall clock is ahead of packet time, and was before the last step. */
  private offset = 0;
  private previousOffset = 0;
  /** Until this time of the monotonic clock packets from before the last step may arrive. */
  private oldPacketsUntil = Number.NEGATIVE_INFINITY;
  private readonly converted: MutableTimestamp = { seconds: 0, nanoseconds: 0 };

  constructor(read: () => Clocks = readClocks) {
    this.read = read;
    const { wall, steady } = read();
    this.now = steady;
    this.aheadOfMonotonic = wall - steady;
  }

  update(): void {
    const { wall, steady, isConsistent } = this.read();
    this.now = steady;
    if (!isConsistent) return;
    const step = Math.round(wall - steady - this.aheadOfMonotonic - this.offset);
    if (Math.abs(step) < STEP_MS) return;
    this.previousOffset = this.offset;
    this.offset += step;
    this.oldPacketsUntil = steady + OLD_PACKETS_MS;
    const seconds = Math.floor(this.offset / 1000);
    const nanoseconds = (this.offset - seconds * 1000) * 1e6;
    this.offsets.add(this.fromMonotonic(steady), { seconds, nanoseconds });
  }

  toPacketTime(seconds: number, nanoseconds: number, into: PacketTimestamp): void {
    if (this.offsets.isEmpty()) {
      into.seconds = seconds;
      into.nanoseconds = nanoseconds;
      return;
    }
    const isOld = this.isFromBeforeStep(seconds, nanoseconds);
    const offset = isOld ? this.previousOffset : this.offset;
    const offsetSeconds = Math.floor(offset / 1000);
    setTimestamp(into, seconds - offsetSeconds, nanoseconds - (offset - offsetSeconds * 1000) * 1e6);
    if (!isOld && this.now < this.oldPacketsUntil) this.offsets.applyLastFrom(into);
  }

  advanceWatermark(milliseconds: number): void {
    const { seconds, nanoseconds } = this.fromMonotonic(milliseconds);
    if (seconds < this.watermark.seconds) return;
    this.watermark.seconds = seconds;
    this.watermark.nanoseconds = nanoseconds;
  }

  readonly toWallClock: ToWallClock = (seconds, nanoseconds) =>
    this.offsets.toWallClock(seconds, nanoseconds);

  toSystemMonotonic({ seconds, nanoseconds }: Timestamp): number {
    return seconds * 1000 + nanoseconds / 1e6 - this.aheadOfMonotonic;
  }

  /** The result is valid until the next call. */
  private fromMonotonic(milliseconds: number): Timestamp {
    const time = milliseconds + this.aheadOfMonotonic;
    const seconds = Math.floor(time / 1000);
    setTimestamp(this.converted, seconds, Math.round((time - seconds * 1000) * 1e6));
    return this.converted;
  }

  /** Of the two times that a packet may have, the later one is right unless it is in the future. */
  private isFromBeforeStep(seconds: number, nanoseconds: number): boolean {
    if (this.now >= this.oldPacketsUntil) return false;
    const wall = seconds * 1000 + nanoseconds / 1e6 - this.aheadOfMonotonic;
    const ifNew = wall - this.offset;
    const ifOld = wall - this.previousOffset;
    const latest = this.now + FUTURE_TOLERANCE_MS;
    if (ifOld > latest) return false;
    return ifNew > latest || ifOld > ifNew;
  }
}
