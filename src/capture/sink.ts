/** The destination of a capture engine's or file reader's packets: whole records in the ring's layout (ring/layout.ts). */
export interface PacketSink {
  /** The records that follow are of this link type (LINKTYPE_ number). Cheap if it does not change. */
  link(linkType: number): void;
  /** The records that follow come from the input file with this index; packet numbers start again. */
  file(index: number): void;
  /**
   * Takes the `count` whole records in bytes[start, end). Bytes are copied before it returns. Offline it waits for
   * room and never drops a packet.
   */
  records(bytes: Uint8Array, start: number, end: number, count: number): void;
  /**
   * Returns room for more than `left` bytes in the sink's own memory, from bytes[at] on. Whole records there are not
   * copied when they are passed to records() unmoved; bytes after them may move. Waits for room as records() does;
   * undefined: stopped. A sink that handles records one by one has no such memory.
   */
  room?(left: number): { bytes: Buffer; view: DataView; at: number; end: number } | undefined;
  /** True once the run is to end early (a signal): readers stop reading. */
  stopped(): boolean;
}
