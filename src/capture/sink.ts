/**
 * Where a capture engine or file reader puts its packets: whole records in the ring's layout
 * (ring/layout.ts), runs of them at a time.
 */
export interface PacketSink {
  /** The records that follow are of this link type (LINKTYPE_ number). Cheap when it does not change. */
  link(linkType: number): void;
  /** The records that follow come from the input file with this index; numbering starts anew. */
  file(index: number): void;
  /**
   * Takes the whole records in bytes[start, end): `count` of them. Bytes are copied before it returns.
   * Offline it waits for room; it never drops there.
   */
  records(bytes: Uint8Array, start: number, end: number, count: number): void;
  /**
   * Room in memory of the sink's own for more than `left` bytes, from bytes[at] on. Whole records there are not copied
   * if records() gets them as they lie; what follows them can be where it likes. It waits as records() does;
   * undefined: it was stopped. Whoever looks at each record by itself has no such memory.
   */
  room?(left: number): { bytes: Buffer; view: DataView; at: number; end: number } | undefined;
  /** True once the run should end early (a signal): readers stop reading. */
  stopped(): boolean;
}
