/**
 * The record layout that every engine and reader writes and every decoder walks: the classic pcap
 * record header in the machine's own little-endian order with nanoseconds
 * (https://www.tcpdump.org/manpages/pcap-savefile.5.html), then the captured bytes.
 *
 *     0  u32  seconds since the epoch
 *     4  u32  nanoseconds
 *     8  u32  captured length
 *    12  u32  length on the wire
 *
 * A header whose wire length is MARK carries no packet: it is a mark, a word from the capture side
 * that must stay in order with the packets. No engine or file can hold such a packet: libpcap and the
 * file readers refuse packets of that length.
 */
export const RECORD_HEADER = 16;

/** The wire length that makes a record a mark. Its captured length is 0. */
export const MARK = 0xffffffff;

/** Kinds of mark: the value of its first word (seconds); the second word (nanoseconds) is the value. */
export const Mark = {
  /** The packets that follow come from a link of this type (a LINKTYPE_ or DLT_ number). */
  link: 1,
  /** The number of the next packet is the value + 1. Without it, packets count on by one. */
  number: 2,
  /** The packets that follow come from the input file of this index; numbering starts anew. */
  file: 3,
  /** Packets up to this moment of the clock that nobody can set have all been written before; live only. */
  watermark: 4,
} as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

/** In which Mark.watermark counts: so, 32 bits last for years after the machine's start. */
export const WATERMARK_UNIT_MS = 100;

/** The most bytes of one packet that any reader accepts (libpcap's MAXIMUM_SNAPLEN). */
export const MAX_PACKET = 262144;
