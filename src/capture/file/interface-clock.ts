/**
 * Timestamps of pcapng: a 64-bit count of units since 1970, the unit being the interface's if_tsresol, plus its
 * if_tsoffset in seconds (draft-ietf-opsawg-pcapng, Interface Description Block). A double holds 53 bits, a count of
 * nanoseconds needs 61: so the count is divided in steps of 16 bits, as in long division. Only units so small that even
 * this does not fit take BigInt.
 */
import type { Timestamp } from '../../packet/timestamp.js';

/** A timestamp to fill. */
export type WritableTimestamp = { -readonly [Field in keyof Timestamp]: Timestamp[Field] };

/** Sets `timestamp` from the count high * 2^32 + low. @returns false, with time 0, if it does not fit the ring's 32 bits */
export type InterfaceClock = (high: number, low: number, timestamp: WritableTimestamp) => boolean;

/** if_tsresol where the interface has none: microseconds. */
export const DEFAULT_RESOLUTION = 6;

/** An offset in seconds beyond any that leads to a time in the ring's 32 bits, in either direction. */
const OUT_OF_RANGE = 2 ** 53 - 1;

/** `resolution` is the option's byte: a negative power of 10, or of 2 where its top bit is set. */
export function newInterfaceClock(resolution: number, offset = 0n): InterfaceClock {
  const exponent = resolution & 0x7f;
  const isBinary = resolution > 0x7f;
  const offsetSeconds = offset > OUT_OF_RANGE || offset < -OUT_OF_RANGE ? OUT_OF_RANGE : Number(offset);
  // Exactness: remainder * 2^16 needs units <= 2^37, and remainder * 10^9 in the binary case units <= 2^23.
  if (isBinary ? exponent <= 23 : exponent <= 11)
    return doubleClock((isBinary ? 2 : 10) ** exponent, isBinary, offsetSeconds);
  return bigintClock((isBinary ? 2n : 10n) ** BigInt(exponent), offsetSeconds);
}

function doubleClock(units: number, isBinary: boolean, offsetSeconds: number): InterfaceClock {
  const toNanoseconds = nanosecondsOf(units, isBinary);
  return (high, low, timestamp) => {
    const top = Math.floor(high / units);
    const middle = (high - top * units) * 65536 + (low >>> 16);
    const upper = Math.floor(middle / units);
    const bottom = (middle - upper * units) * 65536 + (low & 0xffff);
    const lower = Math.floor(bottom / units);
    const seconds = top * 2 ** 32 + upper * 65536 + lower + offsetSeconds;
    return setTimestamp(timestamp, seconds, toNanoseconds(bottom - lower * units));
  };
}

function nanosecondsOf(units: number, isBinary: boolean): (fraction: number) => number {
  if (isBinary) return (fraction) => Math.floor((fraction * 1e9) / units);
  if (units <= 1e9) return (fraction) => fraction * (1e9 / units);
  return (fraction) => Math.floor(fraction / (units / 1e9));
}

function bigintClock(units: bigint, offsetSeconds: number): InterfaceClock {
  return (high, low, timestamp) => {
    const count = (BigInt(high) << 32n) | BigInt(low);
    const seconds = Number(count / units) + offsetSeconds;
    return setTimestamp(timestamp, seconds, Number(((count % units) * 1_000_000_000n) / units));
  };
}

function setTimestamp(timestamp: WritableTimestamp, seconds: number, nanoseconds: number): boolean {
  const fits = seconds >= 0 && seconds <= 0xffffffff;
  timestamp.seconds = fits ? seconds : 0;
  timestamp.nanoseconds = fits ? nanoseconds : 0;
  return fits;
}
