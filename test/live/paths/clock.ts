/** The clock of the kernel's packet timestamps, with a finer resolution than Date. 64-bit Linux. */
import koffi from 'koffi';

const CLOCK_REALTIME = 0;
const read = koffi.load(null).func('int clock_gettime(int clock, _Out_ int64_t *time)');
const time = new BigInt64Array(2);

/** Microseconds since the epoch; a double resolves halves of them. */
export function now(): number {
  read(CLOCK_REALTIME, time);
  return Number(time[0]) * 1e6 + Number(time[1]) / 1e3;
}

/** The time of a line in microseconds: Date would lose digits. */
export function timeOf(timestamp: string): number {
  const [seconds, fraction] = timestamp.slice(0, -1).split('.');
  return Date.parse(`${seconds}Z`) * 1e3 + Number(`0.${fraction}`) * 1e6;
}
