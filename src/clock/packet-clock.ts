/**
 * Packet time. Packets carry the wall-clock time, which may be set: an hour back, and replies would come before their
 * calls. So a decoder converts it to monotonic packet time: the wall clock as it was at first, which then advances
 * steadily whatever is set. All that is compared and subtracted is packet time; lines show the wall-clock time.
 */
import type { PacketTimestamp, Timestamp, ToWallClock } from '../packet/timestamp.js';

export interface PacketClock {
  /** Called before each batch of packets: they have arrived by now. */
  update(): void;
  /** Converts a packet's wall-clock time to packet time. */
  toPacketTime(seconds: number, nanoseconds: number, into: PacketTimestamp): void;
  /** All packets up to this time of the system's monotonic clock have been decoded. */
  advanceWatermark(milliseconds: number): void;
  /** The packet time up to which all packets have been decoded: timeouts go by it. undefined: by the current packet. */
  readonly watermark: PacketTimestamp | undefined;
  readonly toWallClock: ToWallClock;
  /** Converts packet time to milliseconds of the system's monotonic clock; NaN: not known. */
  toSystemMonotonic(at: Timestamp): number;
}
