/** The clock that the kernel stamps packets with, finer than Date has it. Linux, 64 bits. */
import koffi from 'koffi';

const CLOCK_REALTIME = 0;
const read = koffi.load(null).func('int clock_gettime(int clock, _Out_ int64_t *time)');
const time = new BigInt64Array(2);

/** Microseconds since the epoch, of which a double has the halves. */
export function now(): number {
  read(CLOCK_REALTIME, time);
  return Number(time[0]) * 1e6 + Number(time[1]) / 1e3;
}

/** Of a line: its digits behind the second would not survive Date. */
export function momentOf(timestamp: string): number {
  const [seconds, fraction] = timestamp.slice(0, -1).split('.');
  return Date.parse(`${seconds}Z`) * 1e3 + Number(`0.${fraction}`) * 1e6;
}
