/**
 * The kept time of capture files, where only packets tell the time. Whether it goes far ahead because the clock was set
 * or because nothing came, nobody can say; where it goes far back, the clock was set back, or another file begins.
 */
import { isBefore } from '../packet/timestamp.js';
import { newClockOffsets, type PacketClock, put } from './packet-clock.js';

/** Packets of several interfaces, and those that were merged, are out of order by less. */
const DISORDER_SECONDS = 10;
/** So often nobody sets a clock back: the packets are in no order of time, and are taken as they are. */
const MOST_STEPS = 16;

export function newFileClock(): PacketClock {
  const shifts = newClockOffsets();
  const latest = { seconds: 0, nanoseconds: 0 };
  return {
    watermark: undefined,
    update() {},
    toPacketTime(seconds, nanoseconds, into) {
      if (shifts.none()) {
        into.seconds = seconds;
        into.nanoseconds = nanoseconds;
      } else {
        const shift = shifts.last();
        put(into, seconds - shift.seconds, nanoseconds - shift.nanoseconds);
      }
      if (latest.seconds - into.seconds > DISORDER_SECONDS && shifts.count() < MOST_STEPS) {
        // With room for those that are out of order after it, so that each kept time has one time of day.
        const from = { seconds: 0, nanoseconds: 0 };
        put(from, latest.seconds, latest.nanoseconds + 1);
        put(into, latest.seconds + DISORDER_SECONDS + 1, latest.nanoseconds + 1);
        const by = { seconds: 0, nanoseconds: 0 };
        put(by, seconds - into.seconds, nanoseconds - into.nanoseconds);
        shifts.add(from, by);
      }
      if (!isBefore(latest, into)) return;
      latest.seconds = into.seconds;
      latest.nanoseconds = into.nanoseconds;
    },
    advanceWatermark() {},
    toWallClock: shifts.wall,
    toSystemMonotonic: () => Number.NaN,
  };
}
