/**
 * pcapng's Interface Description Block (draft-ietf-opsawg-pcapng): link type, snapshot length, and the
 * options that say how the times of its packets are counted.
 */
import { type Clock, DEFAULT_RESOLUTION, makeClock } from './interface-clock.js';

export interface Interface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly clock: Clock;
}

/** Type, length, link type, reserved, snapshot length; options follow. */
const FIXED = 16;
const TRAILER = 4;

const END_OF_OPTIONS = 0;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** The lengths of the options without which times would silently be wrong. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [IF_TSRESOL, 1],
  [IF_TSOFFSET, 8],
]);

/** Linux allows 15 bytes, Windows a GUID: longer names are cut, since a file can hold very many. */
const LONGEST_NAME = 128;

/** The interface of the whole block of `total` bytes at `at`, or why it is none. */
export function readInterface(
  bytes: Buffer,
  view: DataView,
  at: number,
  total: number,
  littleEndian: boolean,
): Interface | string {
  if (total < FIXED + TRAILER) return `an interface block has only ${total} bytes`;
  let name: string | undefined;
  let resolution = DEFAULT_RESOLUTION;
  let offset = 0n;
  const end = at + total - TRAILER;
  let option = at + FIXED;
  while (option < end) {
    const code = view.getUint16(option, littleEndian);
    const length = view.getUint16(option + 2, littleEndian);
    const value = option + 4;
    if (code === END_OF_OPTIONS) break;
    if (value + length > end) return `option ${code} of an interface block is longer than the block`;
    if ((LENGTHS.get(code) ?? length) !== length) {
      return `option ${code} of an interface block has ${length} bytes`;
    }
    if (code === IF_NAME) name = text(bytes, value, value + Math.min(length, LONGEST_NAME));
    if (code === IF_TSRESOL) resolution = bytes[value]!;
    if (code === IF_TSOFFSET) offset = view.getBigInt64(value, littleEndian);
    option = value + length + (-length & 3);
  }
  return {
    linkType: view.getUint16(at + 8, littleEndian),
    snapLength: view.getUint32(at + 12, littleEndian),
    name,
    clock: makeClock(resolution, offset),
  };
}

/** A string option ends at its first zero byte, if it has one. */
function text(bytes: Buffer, start: number, end: number): string {
  const whole = bytes.subarray(start, end);
  const zero = whole.indexOf(0);
  return whole.toString('utf8', 0, zero < 0 ? whole.length : zero);
}
