/**
 * The classic pcap format, pcap-savefile(5): a header of 24 bytes, then records in the ring's layout except for the
 * byte order and the unit of the fraction. A record is converted in place; a file of little-endian nanoseconds needs no
 * conversion.
 */
import { MARK_LENGTH, MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import {
  type CaptureHeader,
  type CaptureParser,
  type Chunk,
  impossibleLength,
  type ParseResult,
  type ParserOutput,
  writeHeader,
} from './capture-parser.js';

const FILE_HEADER = 24;
const MAJOR_VERSION = 2;
const LINK_TYPE_MASK = 0xffff;

export interface PcapVariant {
  readonly littleEndian: boolean;
  /** Units of the timestamp's fraction in a second. */
  readonly ticks: number;
  readonly recordHeader: number;
}

const MAGICS: readonly { magic: number; ticks: number; recordHeader: number }[] = [
  { magic: 0xa1b2c3d4, ticks: 1e6, recordHeader: RECORD_HEADER },
  { magic: 0xa1b23c4d, ticks: 1e9, recordHeader: RECORD_HEADER },
  // Alexey Kuznetzov's libpcap for Linux 2.2: 8 bytes with interface index, protocol and packet type follow the record
  // header (libpcap's sf-pcap.c, struct pcap_sf_patched_pkthdr).
  { magic: 0xa1b2cd34, ticks: 1e6, recordHeader: RECORD_HEADER + 8 },
];

/** The variant by a file's first four bytes. */
export function pcapVariant(head: Buffer): PcapVariant | undefined {
  for (const littleEndian of [true, false]) {
    const value = littleEndian ? head.readUInt32LE(0) : head.readUInt32BE(0);
    const known = MAGICS.find(({ magic }) => magic === value);
    if (known) return { littleEndian, ticks: known.ticks, recordHeader: known.recordHeader };
  }
  return undefined;
}

type LengthsAreSwapped = (captured: number, wire: number) => boolean;

/**
 * By minor version. The order of the two lengths changed in version 2.3, and not in every program at once. libpcap's
 * rule (sf-pcap.c): before 2.3 always swapped; in 2.3 if the captured length would exceed the original one.
 */
const SWAPPED_LENGTHS: readonly LengthsAreSwapped[] = [
  () => true,
  () => true,
  () => true,
  (captured, wire) => captured > wire,
];

export class PcapParser implements CaptureParser {
  private readonly variant: PcapVariant;
  private readonly output: ParserOutput;
  private readonly nanosecondsPerTick: number;
  private fileHeader: CaptureHeader | undefined;
  /** The records are in the ring's layout already. */
  private isRingLayout: boolean;
  private lengthsAreSwapped: LengthsAreSwapped | undefined;
  private packets: number;

  constructor(variant: PcapVariant, output: ParserOutput) {
    this.variant = variant;
    this.output = output;
    this.nanosecondsPerTick = 1e9 / variant.ticks;
    this.fileHeader = undefined;
    this.isRingLayout = false;
    this.lengthsAreSwapped = undefined;
    this.packets = 0;
  }

  parse(chunk: Chunk, start: number, end: number): ParseResult {
    if (this.fileHeader) return this.parseRecords(chunk, start, end);
    if (end - start < FILE_HEADER) return { next: start };
    const fault = this.parseFileHeader(chunk, start);
    if (fault !== undefined) return { next: start, fault };
    return this.parseRecords(chunk, start + FILE_HEADER, end);
  }

  header(): CaptureHeader | undefined {
    return this.fileHeader;
  }

  incomplete(left: number, offset: number): { what: string; offset: number } | undefined {
    if (this.fileHeader && left === 0) return undefined;
    return { what: this.fileHeader ? `packet ${this.packets + 1}` : 'the file header', offset };
  }

  /** @returns why the header is invalid, if it is */
  private parseFileHeader({ view }: Chunk, at: number): string | undefined {
    const { littleEndian, ticks, recordHeader } = this.variant;
    const major = view.getUint16(at + 4, littleEndian);
    const minor = view.getUint16(at + 6, littleEndian);
    if (major !== MAJOR_VERSION) return `version ${major}.${minor} of the pcap format is not supported`;
    this.lengthsAreSwapped = SWAPPED_LENGTHS[minor];
    this.isRingLayout =
      littleEndian && ticks === 1e9 && recordHeader === RECORD_HEADER && this.lengthsAreSwapped === undefined;
    // The upper half of the link type may hold the length of the frame check sequence. The snapshot length is ignored:
    // not every writer sets it correctly, and libpcap, which cuts longer packets to it, would lose bytes.
    const linkType = view.getUint32(at + 20, littleEndian) & LINK_TYPE_MASK;
    this.fileHeader = { format: 'pcap', linkTypes: [linkType], interfaces: [] };
    this.output.link(linkType);
    return undefined;
  }

  private parseRecords(chunk: Chunk, start: number, end: number): ParseResult {
    const { bytes, view } = chunk;
    const { littleEndian, recordHeader } = this.variant;
    let at = start;
    let to = start;
    let count = 0;
    let fault: string | undefined;
    while (end - at >= recordHeader) {
      let captured = view.getUint32(at + 8, littleEndian);
      let wire = view.getUint32(at + 12, littleEndian);
      if (this.lengthsAreSwapped?.(captured, wire)) [captured, wire] = [wire, captured];
      if (captured > MAX_PACKET || wire === MARK_LENGTH) {
        fault = impossibleLength(this.packets + count + 1, captured, wire);
        break;
      }
      const next = at + recordHeader + captured;
      if (next > end) break;
      // draft-ietf-opsawg-pcap, Packet Record: an original length below the captured one occurs, and a reader may
      // raise it.
      if (!this.isRingLayout || wire < captured || view.getUint32(at + 4, true) >= 1e9) {
        this.convertRecord(chunk, at, to, captured, Math.max(wire, captured));
      }
      at = next;
      to += RECORD_HEADER + captured;
      count++;
    }
    if (count > 0) this.output.records(bytes, start, to, count);
    this.packets += count;
    return fault === undefined ? { next: at } : { next: at, fault };
  }

  private convertRecord(
    { bytes, view }: Chunk,
    at: number,
    to: number,
    captured: number,
    wire: number,
  ): void {
    const { littleEndian, ticks, recordHeader } = this.variant;
    let seconds = view.getUint32(at, littleEndian);
    let fraction = view.getUint32(at + 4, littleEndian);
    if (fraction >= ticks) {
      seconds += Math.floor(fraction / ticks);
      fraction %= ticks;
      if (seconds > 0xffffffff) {
        this.output.untimed();
        seconds = 0;
        fraction = 0;
      }
    }
    if (to + RECORD_HEADER !== at + recordHeader) {
      bytes.copyWithin(to + RECORD_HEADER, at + recordHeader, at + recordHeader + captured);
    }
    writeHeader(view, to, seconds, fraction * this.nanosecondsPerTick, captured, wire);
  }
}
