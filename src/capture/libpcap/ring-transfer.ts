/** Moves packets from libpcap handles into the ring, a batch at a time, with pcap_dump as the C callback. */
import { Counter, type CounterRow } from '../../records/counters.js';
import { Mark, RECORD_HEADER } from '../../ring/layout.js';
import type { RingWriter } from '../../ring/writer.js';
import type { CapturedInterface } from './captured-interface.js';
import type { Libc, Libpcap } from './library.js';
import { newSegmentFile, type SegmentFile } from './segment-file.js';

/** Batches of one interface before the other interfaces, and a stop, get their turn. */
const MAX_BATCHES = 64;
/** The smallest batch to ask libpcap for, in packets. */
const MIN_BATCH = 4;

export class RingTransfer {
  private readonly pcap: Libpcap;
  private readonly ring: RingWriter;
  private readonly counters: CounterRow;
  private readonly file: SegmentFile;
  /** Bytes that the longest packet takes in the ring. */
  private readonly maxRecord: number;
  private readonly minBatch: number;
  /** The link type that the last mark in the ring announced. */
  private linkType: number;

  constructor(pcap: Libpcap, libc: Libc, ring: RingWriter, counters: CounterRow, snaplen: number) {
    this.pcap = pcap;
    this.ring = ring;
    this.counters = counters;
    this.file = newSegmentFile(libc, ring);
    this.maxRecord = snaplen + RECORD_HEADER;
    // Where only one or two packets are certain to fit, a call costs more than the room is worth: it stays empty.
    this.minBatch = Math.max(
      1,
      Math.min(MIN_BATCH, Math.floor(ring.freeBytes() / this.maxRecord / MIN_BATCH)),
    );
    this.linkType = -1;
  }

  /** Moves the packets of one open interface, as far as they fit. @returns false if more may be waiting */
  drain(captured: CapturedInterface): boolean {
    const { handle } = captured;
    if (handle === undefined) return true;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      if (this.linkType !== handle.linkType) {
        if (!this.ring.writeMark(Mark.link, handle.linkType)) return false;
        this.linkType = handle.linkType;
      }
      // fmemopen ends its output with a NUL byte, which needs room too.
      const room = Math.floor((this.ring.freeBytes() - 1) / this.maxRecord);
      if (room < this.minBatch) {
        // While the ring is full, packets wait in the kernel's buffer, and the kernel counts the drops.
        if (!this.ring.advance()) return false;
        continue;
      }
      const target = this.file.open();
      if (target === undefined) return false;
      const count = this.pcap.dispatchTo(handle.pointer, room, target);
      if (count < 0) captured.fail(this.pcap.error(handle.pointer));
      if (count <= 0) return true;
      this.append(count);
      if (count < room) return true;
    }
    return false;
  }

  close(): void {
    this.file.close();
  }

  private append(count: number): void {
    const bytes = this.file.written();
    // Counted before a decoder can see the packets, so that the number of waiting packets is never negative.
    this.counters[Counter.captured] += count;
    this.counters[Counter.bytes] += bytes - count * RECORD_HEADER;
    this.ring.append(bytes);
  }
}
