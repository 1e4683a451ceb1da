/** By how much the wall clock is ahead of packet time, and from which packet time on. */
import { isBefore, type MutableTimestamp, setTimestamp, type Timestamp } from '../packet/timestamp.js';

/** Older ones are dropped. */
const MAX_OFFSETS = 64;
const NO_OFFSET: Timestamp = { seconds: 0, nanoseconds: 0 };

interface ClockOffset {
  from: Timestamp;
  readonly offset: Timestamp;
}

export class ClockOffsets {
  private readonly offsets: ClockOffset[] = [];
  private readonly wallClock: MutableTimestamp = { seconds: 0, nanoseconds: 0 };
  private added = 0;

  isEmpty(): boolean {
    return this.added === 0;
  }

  /** How often the clock was set. */
  count(): number {
    return this.added;
  }

  /** @param from packet time */
  add(from: Timestamp, offset: Timestamp): void {
    this.added++;
    this.offsets.push({ from: { ...from }, offset });
    if (this.offsets.length > MAX_OFFSETS) this.offsets.shift();
  }

  /** A packet has shown that the last offset applies from an earlier time on. */
  applyLastFrom(from: Timestamp): void {
    const last = this.offsets.at(-1);
    if (last !== undefined && isBefore(from, last.from)) {
      last.from = { seconds: from.seconds, nanoseconds: from.nanoseconds };
    }
  }

  last(): Timestamp {
    return this.offsets.at(-1)?.offset ?? NO_OFFSET;
  }

  /** As PacketClock.toWallClock. */
  toWallClock(seconds: number, nanoseconds: number): Timestamp {
    const { wallClock, offsets } = this;
    wallClock.seconds = seconds;
    wallClock.nanoseconds = nanoseconds;
    for (let i = offsets.length - 1; i >= 0; i--) {
      const { from, offset } = offsets[i];
      if (isBefore(wallClock, from)) continue;
      setTimestamp(wallClock, seconds + offset.seconds, nanoseconds + offset.nanoseconds);
      break;
    }
    return wallClock;
  }
}
