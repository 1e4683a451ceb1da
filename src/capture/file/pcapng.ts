/**
 * draft-ietf-opsawg-pcapng: a file is a chain of blocks (type, total length, body, total length again) in sections, each
 * with its own byte order and interfaces. Blocks that hold a packet become records, moved to the front of the chunk so
 * that they are contiguous; interface blocks are kept; all others are skipped, whatever their length.
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
import { type Interface, readInterface } from './interface-block.js';
import type { WritableTimestamp } from './interface-clock.js';
import { BLOCK_READERS, MIN_BLOCK_BYTES, type PacketBlock } from './packet-block.js';

/** The type of the block that starts a section: the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const MIN_SECTION_BYTES = 28;
const MAJOR_VERSION = 1;

/** Type and the two total lengths. */
const MIN_BYTES = 12;
const TRAILER_BYTES = 4;
/** libpcap's limit for a block (sf-pcapng.c, INITIAL_MAX_BLOCKSIZE); skipped blocks may be longer. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Bounds memory: no host has as many interfaces, a hostile file may. */
const MAX_INTERFACES = 65536;

/** A block that is not read: its trailing length is still to come. */
interface SkippedBlock {
  readonly type: number;
  readonly total: number;
  readonly offset: number;
}

export class PcapngParser implements CaptureParser {
  private readonly output: ParserOutput;
  private readonly linkTypes: Set<number>;
  private readonly interfaceNames: string[];
  private readonly packetBlock: PacketBlock;
  private readonly timestamp: WritableTimestamp;
  private hasSection: boolean;
  private littleEndian: boolean;
  /** Those of the current section. */
  private interfaces: Interface[];
  private linkType: number;
  private packets: number;
  private skipped: SkippedBlock | undefined;
  /** The run of records in the current chunk that is not delivered yet. */
  private runStart: number;
  private runEnd: number;
  private runCount: number;

  constructor(output: ParserOutput) {
    this.output = output;
    this.linkTypes = new Set();
    this.interfaceNames = [];
    this.packetBlock = { interface: 0, captured: 0, wire: 0, dataOffset: 0, hasTimestamp: false };
    this.timestamp = { seconds: 0, nanoseconds: 0 };
    this.hasSection = false;
    this.littleEndian = true;
    this.interfaces = [];
    this.linkType = -1;
    this.packets = 0;
    this.skipped = undefined;
    this.runStart = 0;
    this.runEnd = 0;
    this.runCount = 0;
  }

  parse(chunk: Chunk, start: number, end: number): ParseResult {
    this.startRun(start);
    const result = this.parseBlocks(chunk, start, end);
    this.deliverRun(chunk.bytes);
    return result;
  }

  header(): CaptureHeader | undefined {
    if (!this.hasSection) return undefined;
    return { format: 'pcapng', linkTypes: [...this.linkTypes], interfaces: this.interfaceNames };
  }

  incomplete(left: number, offset: number): { what: string; offset: number } | undefined {
    if (this.skipped) return { what: `a block of type ${this.skipped.type}`, offset: this.skipped.offset };
    if (left === 0) return undefined;
    return {
      what: this.hasSection ? `the block after packet ${this.packets}` : 'the section header',
      offset,
    };
  }

  private parseBlocks(chunk: Chunk, start: number, end: number): ParseResult {
    const { view } = chunk;
    let at = start;
    while (at <= end) {
      if (this.skipped) {
        if (end - at < TRAILER_BYTES) break;
        const fault = this.endSkippedBlock(view, at, this.skipped);
        if (fault !== undefined) return { next: at, fault };
        at += TRAILER_BYTES;
        continue;
      }
      if (end - at < MIN_BYTES) break;
      const type = view.getUint32(at, this.littleEndian);
      if (type === SECTION_HEADER && !this.readByteOrder(view, at)) {
        return { next: at, fault: 'a pcapng section header has no byte-order magic' };
      }
      const total = view.getUint32(at + 4, this.littleEndian);
      if (total < MIN_BYTES || total % 4 !== 0) {
        return { next: at, fault: `a block of type ${type} has the impossible length ${total}` };
      }
      if (!isReadType(type)) {
        this.skipped = { type, total, offset: chunk.base + at };
        at += total - TRAILER_BYTES;
        continue;
      }
      if (total > MAX_BYTES) {
        return { next: at, fault: `a block of type ${type} has ${total} bytes, the limit is ${MAX_BYTES}` };
      }
      if (at + total > end) break;
      const fault = this.readBlock(chunk, at, total, type);
      if (fault !== undefined) return { next: at, fault };
      at += total;
    }
    return { next: at };
  }

  /** @returns a fault, if the block does not end with its length */
  private endSkippedBlock(view: DataView, at: number, skipped: SkippedBlock): string | undefined {
    if (view.getUint32(at, this.littleEndian) !== skipped.total) {
      return `${wrongTrailer(skipped.type)} (the block starts at byte ${skipped.offset})`;
    }
    this.skipped = undefined;
    return undefined;
  }

  private readByteOrder(view: DataView, at: number): boolean {
    if (view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) this.littleEndian = true;
    else if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) this.littleEndian = false;
    else return false;
    return true;
  }

  /** Reads a whole block. @returns a fault, if it is invalid */
  private readBlock(chunk: Chunk, at: number, total: number, type: number): string | undefined {
    if (chunk.view.getUint32(at + total - TRAILER_BYTES, this.littleEndian) !== total) {
      return wrongTrailer(type);
    }
    if (type === SECTION_HEADER) return this.readSection(chunk.view, at, total);
    if (type === INTERFACE_DESCRIPTION) return this.readInterface(chunk, at, total);
    return this.readPacket(chunk, at, total, type);
  }

  private readSection(view: DataView, at: number, total: number): string | undefined {
    if (total < MIN_SECTION_BYTES) return `a section header has only ${total} bytes`;
    const major = view.getUint16(at + 12, this.littleEndian);
    if (major !== MAJOR_VERSION) {
      const minor = view.getUint16(at + 14, this.littleEndian);
      return `version ${major}.${minor} of the pcapng format is not supported`;
    }
    this.hasSection = true;
    this.interfaces = [];
    return undefined;
  }

  private readInterface(chunk: Chunk, at: number, total: number): string | undefined {
    if (this.interfaces.length === MAX_INTERFACES) {
      return `a section has more than ${MAX_INTERFACES} interfaces`;
    }
    const added = readInterface(chunk, at, total, this.littleEndian);
    if (typeof added === 'string') return added;
    this.interfaces.push(added);
    this.linkTypes.add(added.linkType);
    if (added.name !== undefined && this.interfaceNames.length < MAX_INTERFACES) {
      this.interfaceNames.push(added.name);
    }
    return undefined;
  }

  private readPacket({ bytes, view }: Chunk, at: number, total: number, type: number): string | undefined {
    if (total < MIN_BLOCK_BYTES[type]!) return `a packet block has only ${total} bytes`;
    const block = this.packetBlock;
    BLOCK_READERS[type]!(view, at, this.littleEndian, block);
    const number = this.packets + 1;
    const from = this.interfaces[block.interface];
    if (!from) return `packet ${number} is of interface ${block.interface}, which is not described`;
    const { wire, dataOffset } = block;
    const captured = block.captured >= 0 ? block.captured : Math.min(wire, from.snapLength || wire);
    if (captured > MAX_PACKET || wire === MARK_LENGTH) return impossibleLength(number, captured, wire);
    if (dataOffset + captured > total - TRAILER_BYTES) {
      return `packet ${number} of ${captured} bytes is longer than its block`;
    }
    if (from.linkType !== this.linkType) {
      this.deliverRun(bytes);
      this.startRun(at);
      this.linkType = from.linkType;
      this.output.link(this.linkType);
    }
    this.readTimestamp(view, at, from);
    const { seconds, nanoseconds } = this.timestamp;
    // A record is never longer than its block, so it overwrites only bytes that have been read.
    bytes.copyWithin(this.runEnd + RECORD_HEADER, at + dataOffset, at + dataOffset + captured);
    // Enhanced Packet Block: an original length below the captured one occurs, and a reader may raise it.
    writeHeader(view, this.runEnd, seconds, nanoseconds, captured, Math.max(wire, captured));
    this.runEnd += RECORD_HEADER + captured;
    this.runCount++;
    this.packets++;
    return undefined;
  }

  private readTimestamp(view: DataView, at: number, { clock }: Interface): void {
    this.timestamp.seconds = 0;
    this.timestamp.nanoseconds = 0;
    if (this.packetBlock.hasTimestamp) {
      const high = view.getUint32(at + 12, this.littleEndian);
      const low = view.getUint32(at + 16, this.littleEndian);
      if (clock(high, low, this.timestamp)) return;
    }
    this.output.untimed();
  }

  private startRun(at: number): void {
    this.runStart = at;
    this.runEnd = at;
    this.runCount = 0;
  }

  private deliverRun(bytes: Buffer): void {
    if (this.runCount > 0) this.output.records(bytes, this.runStart, this.runEnd, this.runCount);
    this.runCount = 0;
  }
}

function isReadType(type: number): boolean {
  return type === SECTION_HEADER || type === INTERFACE_DESCRIPTION || BLOCK_READERS[type] !== undefined;
}

function wrongTrailer(type: number): string {
  return `a block of type ${type} does not end with the length that it starts with`;
}
