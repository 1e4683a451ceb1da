/**
 * The time of packets. They carry the time of day, which somebody may set: an hour back, and what was asked before
 * would be answered in the future. So a decoder keeps another time: the time of day as it was at first, going on
 * steadily whatever is set. All that is compared and subtracted is kept time; lines have what the packets said.
 */
import { isBefore, type PacketTimestamp, type Timestamp } from '../packet/timestamp.js';

export interface PacketClock {
  /** The packets that follow have come by now. */
  update(): void;
  /** Puts the kept time of a packet that says that time of day into `into`. */
  toPacketTime(seconds: number, nanoseconds: number, into: PacketTimestamp): void;
  /** What packets there were until that moment of monotonic() have been here. */
  advanceWatermark(milliseconds: number): void;
  /**
   * Until this kept time all packets have been here: what was waited for too long by then is given up. undefined:
   * the packet at hand tells it.
   */
  readonly watermark: PacketTimestamp | undefined;
  /** The time of day that belongs to a kept time. What it returns is good until the next call. */
  toWallClock(seconds: number, nanoseconds: number): Timestamp;
  /** A kept time in milliseconds of monotonic(); NaN: it has none. */
  toSystemMonotonic(at: Timestamp): number;
}

/** By how much the time of day was ahead of the kept time, since when. */
export interface ClockOffsets {
  /** None so far. */
  none(): boolean;
  count(): number;
  /** Another one holds from a kept time on. */
  add(from: Timestamp, shift: Timestamp): void;
  /** The last one holds sooner than was said. */
  sooner(from: Timestamp): void;
  last(): Timestamp;
  wall(seconds: number, nanoseconds: number): Timestamp;
}

/** Older ones are forgotten. */
const SHIFTS_KEPT = 64;
const NO_SHIFT: Timestamp = { seconds: 0, nanoseconds: 0 };

export function newClockOffsets(): ClockOffsets {
  const all: { from: Timestamp; readonly shift: Timestamp }[] = [];
  const wall = { seconds: 0, nanoseconds: 0 };
  let count = 0;
  return {
    none: () => count === 0,
    count: () => count,
    add(from, shift) {
      count++;
      all.push({ from: { ...from }, shift });
      if (all.length > SHIFTS_KEPT) all.shift();
    },
    sooner(from) {
      const last = all.at(-1);
      if (last !== undefined && isBefore(from, last.from)) last.from = { ...from };
    },
    last: () => all.at(-1)?.shift ?? NO_SHIFT,
    wall(seconds, nanoseconds) {
      wall.seconds = seconds;
      wall.nanoseconds = nanoseconds;
      for (let i = all.length - 1; i >= 0; i--) {
        const { from, shift } = all[i];
        if (isBefore(wall, from)) continue;
        put(wall, seconds + shift.seconds, nanoseconds + shift.nanoseconds);
        break;
      }
      return wall;
    },
  };
}

/** Seconds and nanoseconds of which the latter may be a second too many or too few. */
export function put(
  into: { seconds: number; nanoseconds: number },
  seconds: number,
  nanoseconds: number,
): void {
  const carry = Math.floor(nanoseconds / 1e9);
  into.seconds = seconds + carry;
  into.nanoseconds = nanoseconds - carry * 1e9;
}
