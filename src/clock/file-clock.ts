/**
 * Packet time of capture files, where the packets' own timestamps are the only clock. A large step forward is kept: the
 * clock was set, or no packet came. A large step back is removed: the clock was set back, or the next file starts.
 */
import {
  isBefore,
  type MutableTimestamp,
  type PacketTimestamp,
  setTimestamp,
  type ToWallClock,
} from '../packet/timestamp.js';
import { ClockOffsets } from './clock-offsets.js';
import type { PacketClock } from './packet-clock.js';

/** Packets of several interfaces, and of merged files, are out of order by less. */
const DISORDER_SECONDS = 10;
/** No clock is set back more often: then the packets are unordered, and their timestamps are used unchanged. */
const MAX_STEPS = 16;

export class FileClock implements PacketClock {
  readonly watermark = undefined;
  private readonly offsets = new ClockOffsets();
  /** The latest packet time so far. */
  private readonly latest: MutableTimestamp = { seconds: 0, nanoseconds: 0 };

  update(): void {}

  advanceWatermark(): void {}

  toPacketTime(seconds: number, nanoseconds: number, into: PacketTimestamp): void {
    if (this.offsets.isEmpty()) {
      into.seconds = seconds;
      into.nanoseconds = nanoseconds;
    } else {
      const offset = this.offsets.last();
      setTimestamp(into, seconds - offset.seconds, nanoseconds - offset.nanoseconds);
    }
    const { latest } = this;
    if (latest.seconds - into.seconds > DISORDER_SECONDS && this.offsets.count() < MAX_STEPS) {
      this.stepBack(seconds, nanoseconds, into);
    }
    if (!isBefore(latest, into)) return;
    latest.seconds = into.seconds;
    latest.nanoseconds = into.nanoseconds;
  }

  readonly toWallClock: ToWallClock = (seconds, nanoseconds) =>
    this.offsets.toWallClock(seconds, nanoseconds);

  toSystemMonotonic(): number {
    return Number.NaN;
  }

  /** The wall clock was set back to the given time: the packet is the first one after that. */
  private stepBack(seconds: number, nanoseconds: number, into: PacketTimestamp): void {
    const { latest } = this;
    const from: MutableTimestamp = { seconds: 0, nanoseconds: 0 };
    setTimestamp(from, latest.seconds, latest.nanoseconds + 1);
    // Leaves room for packets that are out of order after it, so that each packet time has one wall-clock time.
    setTimestamp(into, latest.seconds + DISORDER_SECONDS + 1, latest.nanoseconds + 1);
    const offset: MutableTimestamp = { seconds: 0, nanoseconds: 0 };
    setTimestamp(offset, seconds - into.seconds, nanoseconds - into.nanoseconds);
    this.offsets.add(from, offset);
  }
}
