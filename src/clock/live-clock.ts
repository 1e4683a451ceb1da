/** The kept time of a live capture: the wall clock is compared with the one that nobody can set. */

import { type Clocks, readClocks, STEP_MS } from '../observe/clocks.js';
import type { PacketTimestamp } from '../packet/timestamp.js';
import { newClockOffsets, type PacketClock, put } from './packet-clock.js';

/** After a step, packets from before it may come for so long. */
const OLD_MS = 5000;
/** No packet comes from the future: but clocks are read in milliseconds. */
const FUTURE_MS = 20;

export function newLiveClock(read: () => Clocks = readClocks): PacketClock {
  const shifts = newClockOffsets();
  const first = read();
  let now = first.steady;
  /** What the kept time is ahead of monotonic(). */
  const ahead = first.wall - first.steady;
  /** Milliseconds: what the time of day is ahead of the kept time, and what it was before it was set last. */
  let shift = 0;
  let before = 0;
  let oldUntil = Number.NEGATIVE_INFINITY;
  const time: PacketTimestamp = { seconds: 0, nanoseconds: 0, packet: 0 };
  const instant = { seconds: 0, nanoseconds: 0 };

  const kept = (milliseconds: number) => {
    const all = milliseconds + ahead;
    const seconds = Math.floor(all / 1000);
    put(instant, seconds, Math.round((all - seconds * 1000) * 1e6));
    return instant;
  };

  /** A packet from before the step, or from after it? The one that is the later, but not in the future. */
  const isOld = (seconds: number, nanoseconds: number): boolean => {
    if (now >= oldUntil) return false;
    const said = seconds * 1000 + nanoseconds / 1e6 - ahead;
    const asNew = said - shift;
    const asOld = said - before;
    if (asOld > now + FUTURE_MS) return false;
    return asNew > now + FUTURE_MS || asOld > asNew;
  };

  return {
    watermark: time,
    update() {
      const { wall, steady, sure } = read();
      now = steady;
      if (!sure) return;
      const step = Math.round(wall - steady - ahead - shift);
      if (Math.abs(step) < STEP_MS) return;
      before = shift;
      shift += step;
      oldUntil = now + OLD_MS;
      const seconds = Math.floor(shift / 1000);
      shifts.add(kept(now), { seconds, nanoseconds: (shift - seconds * 1000) * 1e6 });
    },
    toPacketTime(seconds, nanoseconds, into) {
      if (shifts.none()) {
        into.seconds = seconds;
        into.nanoseconds = nanoseconds;
        return;
      }
      const old = isOld(seconds, nanoseconds);
      const by = old ? before : shift;
      const whole = Math.floor(by / 1000);
      put(into, seconds - whole, nanoseconds - (by - whole * 1000) * 1e6);
      if (!old && now < oldUntil) shifts.sooner(into);
    },
    advanceWatermark(milliseconds) {
      const { seconds, nanoseconds } = kept(milliseconds);
      if (seconds < time.seconds) return;
      time.seconds = seconds;
      time.nanoseconds = nanoseconds;
    },
    toWallClock: shifts.wall,
    toSystemMonotonic: ({ seconds, nanoseconds }) => seconds * 1000 + nanoseconds / 1e6 - ahead,
  };
}
