/**
 * A C FILE over the free part of the ring's current segment. pcap_dump writes records to it, so libpcap copies whole
 * batches from the kernel's ring straight into shared memory.
 */
import type { RingWriter } from '../../ring/writer.js';
import { addressOf, type Libc } from './library.js';

export interface SegmentFile {
  /** The FILE, positioned where the ring's next record goes; undefined while no segment is free. */
  open(): bigint | undefined;
  /** Bytes written since the last call. */
  written(): number;
  close(): void;
}

export function newSegmentFile(libc: Libc, ring: RingWriter): SegmentFile {
  const base = addressOf(ring.bytes);
  let file: bigint | undefined;
  let segment = -1;
  /** The position in the ring that corresponds to the FILE's position. */
  let position = -1;
  /** The FILE's position at the last call of written(). */
  let counted = 0;

  const close = () => {
    if (file !== undefined) libc.closeFile(file);
    file = undefined;
  };

  return {
    open() {
      const room = ring.freeBytes();
      if (room === 0) return undefined;
      // A mark written in between moves the ring's position; then a new FILE starts behind the mark.
      if (file === undefined || segment !== ring.segment() || position !== ring.position()) {
        close();
        file = libc.memoryFile(base + BigInt(ring.position()), room);
        segment = ring.segment();
        position = ring.position();
        counted = 0;
      }
      return file;
    },
    written() {
      if (file === undefined) return 0;
      const now = libc.filePosition(file);
      const bytes = now - counted;
      counted = now;
      position += bytes;
      return bytes;
    },
    close,
  };
}
