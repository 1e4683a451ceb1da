/**
 * The times of pcapng: a 64-bit count of units since 1970, the unit being an interface's if_tsresol, plus
 * its if_tsoffset in seconds (draft-ietf-opsawg-pcapng, Interface Description Block). A double holds 53
 * bits, a count of nanoseconds needs 61: so the count is divided in steps of 16 bits, as on paper, and
 * only units so small that even this does not fit take BigInt.
 */

export interface Time {
  seconds: number;
  nanoseconds: number;
}

/** Puts the time of the count high * 2^32 + low into `time`; false, and time 0, if it does not fit there. */
export type Clock = (high: number, low: number, time: Time) => boolean;

/** if_tsresol where the interface has none: microseconds. */
export const DEFAULT_RESOLUTION = 6;

/** An offset in seconds larger than any that leads to a time in the ring's 32 bits, in either direction. */
const BEYOND = 2 ** 53 - 1;

/** `resolution` is the option's byte: a negative power of 10, or of 2 where its top bit is set. */
export function makeClock(resolution: number, offset = 0n): Clock {
  const exponent = resolution & 0x7f;
  const binary = resolution > 0x7f;
  const shift = offset > BEYOND || offset < -BEYOND ? BEYOND : Number(offset);
  // Exactness: rest * 2^16 needs units <= 2^37, and rest * 10^9 in the binary case units <= 2^23.
  if (binary ? exponent <= 23 : exponent <= 11)
    return exactClock((binary ? 2 : 10) ** exponent, binary, shift);
  return wideClock((binary ? 2n : 10n) ** BigInt(exponent), shift);
}

function exactClock(units: number, binary: boolean, shift: number): Clock {
  const toNanoseconds = nanosecondsOf(units, binary);
  return (high, low, time) => {
    const top = Math.floor(high / units);
    const middle = (high - top * units) * 65536 + (low >>> 16);
    const upper = Math.floor(middle / units);
    const bottom = (middle - upper * units) * 65536 + (low & 0xffff);
    const lower = Math.floor(bottom / units);
    const seconds = top * 2 ** 32 + upper * 65536 + lower + shift;
    return put(time, seconds, toNanoseconds(bottom - lower * units));
  };
}

function nanosecondsOf(units: number, binary: boolean): (rest: number) => number {
  if (binary) return (rest) => Math.floor((rest * 1e9) / units);
  if (units <= 1e9) return (rest) => rest * (1e9 / units);
  return (rest) => Math.floor(rest / (units / 1e9));
}

function wideClock(units: bigint, shift: number): Clock {
  return (high, low, time) => {
    const count = (BigInt(high) << 32n) | BigInt(low);
    const seconds = Number(count / units) + shift;
    return put(time, seconds, Number(((count % units) * 1_000_000_000n) / units));
  };
}

function put(time: Time, seconds: number, nanoseconds: number): boolean {
  const fits = seconds >= 0 && seconds <= 0xffffffff;
  time.seconds = fits ? seconds : 0;
  time.nanoseconds = fits ? nanoseconds : 0;
  return fits;
}
