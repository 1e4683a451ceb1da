/**
 * A C FILE over the free part of the ring's current segment, for pcap_dump to write records into:
 * libpcap copies whole batches from the kernel's ring straight into shared memory.
 */
import type { RingWriter } from '../../ring/writer.js';
import { addressOf, type Libc } from './library.js';

export interface SegmentFile {
  /** The FILE to write to; its position is that of the ring. undefined while no segment is free. */
  open(): bigint | undefined;
  /** Bytes written since the last call. */
  written(): number;
  close(): void;
}

export function newSegmentFile(libc: Libc, ring: RingWriter): SegmentFile {
  const base = addressOf(ring.bytes);
  let file: bigint | undefined;
  let segment = -1;
  /** The ring's position that the FILE's position is in step with. */
  let position = -1;
  let told = 0;

  const close = () => {
    if (file !== undefined) libc.closeFile(file);
    file = undefined;
  };

  return {
    open() {
      const room = ring.freeBytes();
      if (room === 0) return undefined;
      // A mark written meanwhile moves the ring's position; the FILE starts anew behind it.
      if (file === undefined || segment !== ring.segment() || position !== ring.position()) {
        close();
        file = libc.memoryFile(base + BigInt(ring.position()), room);
        segment = ring.segment();
        position = ring.position();
        told = 0;
      }
      return file;
    },
    written() {
      if (file === undefined) return 0;
      const now = libc.tell(file);
      const bytes = now - told;
      told = now;
      position += bytes;
      return bytes;
    },
    close,
  };
}
