/**
 * The record layout that capture engines and file readers write and decoders walk: the classic pcap record header in
 * little-endian order with nanoseconds (https://www.tcpdump.org/manpages/pcap-savefile.5.html), then the captured bytes.
 *
 *     0  u32  seconds since the epoch
 *     4  u32  nanoseconds
 *     8  u32  captured length
 *    12  u32  length on the wire
 *
 * A header whose wire length is MARK_LENGTH carries no packet. It is a mark: a message from the capture side that must
 * stay in order with the packets. No packet has that length: libpcap and the file readers refuse it.
 */
export const RECORD_HEADER = 16;

/** The wire length that makes a record a mark. Its captured length is 0. */
export const MARK_LENGTH = 0xffffffff;

/** Kinds of mark, in the first word (seconds); the second word (nanoseconds) is the value. */
export const Mark = {
  /** The packets that follow have this link type (a LINKTYPE_ or DLT_ number). */
  link: 1,
  /** The next packet's number is the value + 1. Without this mark, numbers increase by one. */
  number: 2,
  /** The packets that follow come from the input file of this index; numbering starts anew. */
  file: 3,
  /** The capture watermark, live only: all packets up to this time of the monotonic clock precede it. */
  watermark: 4,
} as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

/** The unit of Mark.watermark: 32 bits of it last for 13 years after boot. */
export const WATERMARK_UNIT_MS = 100;

/** The most bytes of one packet that any reader accepts (libpcap's MAXIMUM_SNAPLEN). */
export const MAX_PACKET = 262144;
