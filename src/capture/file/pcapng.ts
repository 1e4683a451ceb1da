/**
 * draft-ietf-opsawg-pcapng: a file is a chain of blocks (type, total length, body, total length again) in
 * sections, each of its own byte order and with its own interfaces. Blocks that hold a packet become
 * records, moved to the front of the chunk so that they lie one after the other; interface blocks are
 * kept; all others are passed over, however long they are.
 */
import { MARK_LENGTH, MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import {
  type Chunk,
  impossible,
  type Outlet,
  type Parser,
  type Walk,
  writeHeader,
} from './capture-parser.js';
import { type Interface, readInterface } from './interface-block.js';
import type { Time } from './interface-clock.js';
import { FIELDS, type Fields, SMALLEST_FIELDS } from './packet-block.js';

/** The block that begins a section. Its type reads the same in both byte orders. */
export const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const SECTION_SMALLEST = 28;
const MAJOR = 1;
const INTERFACE = 1;

const SMALLEST = 12;
/** libpcap's limit for a block (sf-pcapng.c, INITIAL_MAX_BLOCKSIZE), here only for those that are read. */
const LARGEST = 16 * 1024 * 1024;
/** A bound on memory: no host has as many interfaces, a hostile file may. */
const MOST_INTERFACES = 65536;

export function pcapngParser(outlet: Outlet): Parser {
  const linkTypes = new Set<number>();
  const names: string[] = [];
  const packet: Fields = { interface: 0, captured: 0, wire: 0, data: 0, timed: false };
  const time: Time = { seconds: 0, nanoseconds: 0 };
  let opened = false;
  let littleEndian = true;
  let interfaces: Interface[] = [];
  let link = -1;
  let packets = 0;
  /** The block that is being skipped: its closing length is still to come. */
  let skipped: { type: number; total: number; offset: number } | undefined;
  /** The run of records in the chunk at hand. */
  let runStart = 0;
  let runEnd = 0;
  let runCount = 0;

  function flush(bytes: Buffer, at: number): void {
    if (runCount > 0) outlet.records(bytes, runStart, runEnd, runCount);
    runStart = at;
    runEnd = at;
    runCount = 0;
  }

  function openSection(view: DataView, at: number, total: number): string | undefined {
    if (total < SECTION_SMALLEST) return `a section header has only ${total} bytes`;
    const major = view.getUint16(at + 12, littleEndian);
    if (major !== MAJOR) {
      return `version ${major}.${view.getUint16(at + 14, littleEndian)} of the pcapng format is not known`;
    }
    opened = true;
    interfaces = [];
    return undefined;
  }

  function addInterface({ bytes, view }: Chunk, at: number, total: number): string | undefined {
    if (interfaces.length === MOST_INTERFACES) return `a section has more than ${MOST_INTERFACES} interfaces`;
    const added = readInterface(bytes, view, at, total, littleEndian);
    if (typeof added === 'string') return added;
    interfaces.push(added);
    linkTypes.add(added.linkType);
    if (added.name !== undefined && names.length < MOST_INTERFACES) names.push(added.name);
    return undefined;
  }

  function addPacket({ bytes, view }: Chunk, at: number, total: number, type: number): string | undefined {
    if (total < SMALLEST_FIELDS[type]!) return `a packet block has only ${total} bytes`;
    FIELDS[type]!(view, at, littleEndian, packet);
    const number = packets + 1;
    const from = interfaces[packet.interface];
    if (!from) return `packet ${number} is of interface ${packet.interface}, which is not described`;
    const { wire, data } = packet;
    const captured = packet.captured >= 0 ? packet.captured : Math.min(wire, from.snapLength || wire);
    if (captured > MAX_PACKET || wire === MARK_LENGTH) return impossible(number, captured, wire);
    if (data + captured > total - 4) return `packet ${number} of ${captured} bytes is longer than its block`;
    if (from.linkType !== link) {
      flush(bytes, at);
      link = from.linkType;
      outlet.link(link);
    }
    time.seconds = 0;
    time.nanoseconds = 0;
    const high = packet.timed ? view.getUint32(at + 12, littleEndian) : 0;
    const low = packet.timed ? view.getUint32(at + 16, littleEndian) : 0;
    if (!packet.timed || !from.clock(high, low, time)) outlet.untimed();
    // A record is never longer than its block was, so it overwrites only what has been read.
    bytes.copyWithin(runEnd + RECORD_HEADER, at + data, at + data + captured);
    // Enhanced Packet Block: an original length below the captured one does occur; a reader may raise it.
    writeHeader(view, runEnd, time.seconds, time.nanoseconds, captured, Math.max(wire, captured));
    runEnd += RECORD_HEADER + captured;
    runCount++;
    packets++;
    return undefined;
  }

  function take(chunk: Chunk, at: number, total: number, type: number): string | undefined {
    if (type === SECTION) return openSection(chunk.view, at, total);
    if (type === INTERFACE) return addInterface(chunk, at, total);
    return addPacket(chunk, at, total, type);
  }

  function walkBlocks(chunk: Chunk, start: number, end: number): Walk {
    const { view, base } = chunk;
    let at = start;
    while (at <= end) {
      if (skipped) {
        if (end - at < 4) break;
        if (view.getUint32(at, littleEndian) !== skipped.total) {
          return { next: at, fault: `${closing(skipped.type)} (the block began at byte ${skipped.offset})` };
        }
        skipped = undefined;
        at += 4;
        continue;
      }
      if (end - at < SMALLEST) break;
      const type = view.getUint32(at, littleEndian);
      if (type === SECTION) {
        if (view.getUint32(at + 8, true) === BYTE_ORDER) littleEndian = true;
        else if (view.getUint32(at + 8, false) === BYTE_ORDER) littleEndian = false;
        else return { next: at, fault: 'a pcapng section header has no byte-order magic' };
      }
      const total = view.getUint32(at + 4, littleEndian);
      if (total < SMALLEST || total % 4 !== 0) {
        return { next: at, fault: `a block of type ${type} has the impossible length ${total}` };
      }
      if (type !== SECTION && type !== INTERFACE && FIELDS[type] === undefined) {
        skipped = { type, total, offset: base + at };
        at += total - 4;
        continue;
      }
      if (total > LARGEST) {
        return { next: at, fault: `a block of type ${type} has ${total} bytes, and ${LARGEST} is the limit` };
      }
      if (at + total > end) break;
      if (view.getUint32(at + total - 4, littleEndian) !== total) {
        return { next: at, fault: closing(type) };
      }
      const fault = take(chunk, at, total, type);
      if (fault !== undefined) return { next: at, fault };
      at += total;
    }
    return { next: at };
  }

  return {
    walk(chunk, start, end) {
      flush(chunk.bytes, start);
      const walk = walkBlocks(chunk, start, end);
      flush(chunk.bytes, start);
      return walk;
    },
    about: () => (opened ? { format: 'pcapng', linkTypes: [...linkTypes], interfaces: names } : undefined),
    unfinished(left, offset) {
      if (skipped) return { what: `a block of type ${skipped.type}`, offset: skipped.offset };
      if (left === 0) return undefined;
      return { what: opened ? `the block after packet ${packets}` : 'the section header', offset };
    },
  };
}

function closing(type: number): string {
  return `a block of type ${type} does not end with the length that it began with`;
}
