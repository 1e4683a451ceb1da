/** Packet timestamps. Nanoseconds since the epoch do not fit in a double; seconds and nanoseconds apart do. */

export interface Timestamp {
  /** Seconds since the epoch. */
  readonly seconds: number;
  /** Nanoseconds, 0 to 999,999,999. */
  readonly nanoseconds: number;
}

export interface MutableTimestamp {
  seconds: number;
  nanoseconds: number;
}

/**
 * The timestamp and number of a packet. The current packet's is a single object that is refilled for each packet:
 * code that keeps a timestamp copies it (copyTimestamp).
 */
export interface PacketTimestamp extends MutableTimestamp {
  /** 1-based number of the packet in its file; 0 in a live capture. */
  packet: number;
}

/** Converts packet time (clock/packet-clock.ts) to the wall-clock time. The result is valid until the next call. */
export type ToWallClock = (seconds: number, nanoseconds: number) => Timestamp;

export function newPacketTimestamp(): PacketTimestamp {
  return { seconds: 0, nanoseconds: 0, packet: 0 };
}

export function copyTimestamp(into: PacketTimestamp, from: Readonly<PacketTimestamp>): void {
  into.seconds = from.seconds;
  into.nanoseconds = from.nanoseconds;
  into.packet = from.packet;
}

/** @param nanoseconds may be out of range, as a sum or a difference is: the seconds are carried */
export function setTimestamp(into: MutableTimestamp, seconds: number, nanoseconds: number): void {
  const carry = Math.floor(nanoseconds / 1e9);
  into.seconds = seconds + carry;
  into.nanoseconds = nanoseconds - carry * 1e9;
}

export function isBefore(a: Timestamp, b: Timestamp): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

/** Nanoseconds from the first time to `to`, negative if `to` is earlier; exact up to 104 days. */
export function nanosecondsBetween(seconds: number, nanoseconds: number, to: Timestamp): number {
  return (to.seconds - seconds) * 1_000_000_000 + (to.nanoseconds - nanoseconds);
}
