/**
 * The classic format, pcap-savefile(5): a header of 24 bytes, then records whose layout is the ring's own
 * but for the byte order and the unit of the fraction. So a record is normalised where it lies, and a file
 * of little-endian nanoseconds is only walked.
 */
import { MARK_LENGTH, MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import {
  type About,
  type Chunk,
  impossible,
  type Outlet,
  type Parser,
  type Walk,
  writeHeader,
} from './capture-parser.js';

const FILE_HEADER = 24;
const MAJOR = 2;

export interface PcapVariant {
  readonly littleEndian: boolean;
  /** Units of the time's fraction in a second. */
  readonly ticks: number;
  readonly recordHeader: number;
}

const MAGICS: readonly { magic: number; ticks: number; recordHeader: number }[] = [
  { magic: 0xa1b2c3d4, ticks: 1e6, recordHeader: RECORD_HEADER },
  { magic: 0xa1b23c4d, ticks: 1e9, recordHeader: RECORD_HEADER },
  // Alexey Kuznetzov's libpcap of the Linux 2.2 days: interface index, protocol and packet type, 8 bytes,
  // follow the usual record header (libpcap's sf-pcap.c, struct pcap_sf_patched_pkthdr).
  { magic: 0xa1b2cd34, ticks: 1e6, recordHeader: RECORD_HEADER + 8 },
];

/** The variant that a file's first four bytes announce. */
export function pcapVariant(head: Buffer): PcapVariant | undefined {
  for (const littleEndian of [true, false]) {
    const value = littleEndian ? head.readUInt32LE(0) : head.readUInt32BE(0);
    const found = MAGICS.find(({ magic }) => magic === value);
    if (found) return { littleEndian, ticks: found.ticks, recordHeader: found.recordHeader };
  }
  return undefined;
}

/**
 * Which of the two lengths comes first changed in version 2.3, and not in every program at once. libpcap's
 * rule (sf-pcap.c): before 2.3 always swapped; in 2.3 if the captured length would exceed the other.
 */
const LENGTHS_SWAPPED: readonly ((captured: number, wire: number) => boolean)[] = [
  () => true,
  () => true,
  () => true,
  (captured, wire) => captured > wire,
];

export function pcapParser(variant: PcapVariant, outlet: Outlet): Parser {
  const { littleEndian, ticks, recordHeader } = variant;
  const toNanoseconds = 1e9 / ticks;
  let about: About | undefined;
  let asIs = false;
  let swapped: ((captured: number, wire: number) => boolean) | undefined;
  let packets = 0;

  function open({ view }: Chunk, at: number): string | undefined {
    const major = view.getUint16(at + 4, littleEndian);
    const minor = view.getUint16(at + 6, littleEndian);
    if (major !== MAJOR) return `version ${major}.${minor} of the pcap format is not known`;
    swapped = LENGTHS_SWAPPED[minor];
    asIs = littleEndian && ticks === 1e9 && recordHeader === RECORD_HEADER && swapped === undefined;
    // The upper half tells the length of the frame check sequence, if it tells anything. The snapshot
    // length is not looked at: not every writer sets it right, and libpcap's answer, to cut longer packets
    // down to it, would throw away bytes that were on the wire.
    const linkType = view.getUint32(at + 20, littleEndian) & 0xffff;
    about = { format: 'pcap', linkTypes: [linkType], interfaces: [] };
    outlet.link(linkType);
    return undefined;
  }

  function rewrite({ bytes, view }: Chunk, at: number, to: number, captured: number, wire: number): void {
    let seconds = view.getUint32(at, littleEndian);
    let fraction = view.getUint32(at + 4, littleEndian);
    if (fraction >= ticks) {
      seconds += Math.floor(fraction / ticks);
      fraction %= ticks;
      if (seconds > 0xffffffff) {
        outlet.untimed();
        seconds = 0;
        fraction = 0;
      }
    }
    if (to + RECORD_HEADER !== at + recordHeader) {
      bytes.copyWithin(to + RECORD_HEADER, at + recordHeader, at + recordHeader + captured);
    }
    writeHeader(view, to, seconds, fraction * toNanoseconds, captured, wire);
  }

  function walkRecords(chunk: Chunk, start: number, end: number): Walk {
    const { bytes, view } = chunk;
    let at = start;
    let to = start;
    let count = 0;
    let fault: string | undefined;
    while (end - at >= recordHeader) {
      let captured = view.getUint32(at + 8, littleEndian);
      let wire = view.getUint32(at + 12, littleEndian);
      if (swapped?.(captured, wire)) [captured, wire] = [wire, captured];
      if (captured > MAX_PACKET || wire === MARK_LENGTH) {
        fault = impossible(packets + count + 1, captured, wire);
        break;
      }
      const next = at + recordHeader + captured;
      if (next > end) break;
      // draft-ietf-opsawg-pcap, Packet Record: an original length below the captured one does occur, and a
      // reader may raise it.
      if (!asIs || wire < captured || view.getUint32(at + 4, true) >= 1e9) {
        rewrite(chunk, at, to, captured, Math.max(wire, captured));
      }
      at = next;
      to += RECORD_HEADER + captured;
      count++;
    }
    if (count > 0) outlet.records(bytes, start, to, count);
    packets += count;
    return fault === undefined ? { next: at } : { next: at, fault };
  }

  return {
    walk(chunk, start, end) {
      if (about) return walkRecords(chunk, start, end);
      if (end - start < FILE_HEADER) return { next: start };
      const fault = open(chunk, start);
      return fault === undefined ? walkRecords(chunk, start + FILE_HEADER, end) : { next: start, fault };
    },
    about: () => about,
    unfinished(left, offset) {
      if (about && left === 0) return undefined;
      return { what: about ? `packet ${packets + 1}` : 'the file header', offset };
    },
  };
}
