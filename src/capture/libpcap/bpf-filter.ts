/** BPF filters, compiled by libpcap: checked before a capture starts, and applied to capture files. */
import { UserError } from '../../config/user-error.js';
import { MARK_LENGTH, MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import type { PacketSink } from '../sink.js';
import { addressOf, type Libpcap } from './library.js';

/** struct bpf_program: a count and a pointer. */
const PROGRAM_BYTES = 16;
/** struct pcap_pkthdr on 64-bit systems: struct timeval, captured length, wire length. */
const PACKET_HEADER_BYTES = 24;

const LINKTYPE_ETHERNET = 1;
/** The only link type whose number in files differs from libpcap's (pcap-linktype(7)). */
const LINKTYPE_RAW = 101;
const DLT_RAW = 12;

/**
 * Compiles the first filter that is valid for the handle's link type; the caller frees the program.
 * @throws UserError with libpcap's error for the first filter if none is valid
 */
export function compileFirst(pcap: Libpcap, handle: bigint, filters: readonly string[]): Buffer {
  const program = Buffer.alloc(PROGRAM_BYTES);
  let reason = '';
  for (const filter of filters) {
    if (pcap.compile(handle, program, filter) === 0) return program;
    reason ||= `bad filter '${filter}': ${pcap.error(handle)}`;
  }
  throw new UserError(reason);
}

/** @throws UserError if no filter compiles for the link type */
export function checkFilter(
  pcap: Libpcap,
  filters: readonly string[],
  linkType: number = LINKTYPE_ETHERNET,
): void {
  pcap.freeCode(compileOffline(pcap, filters, linkType));
}

function compileOffline(pcap: Libpcap, filters: readonly string[], linkType: number): Buffer {
  const dead = pcap.openDead(linkType === LINKTYPE_RAW ? DLT_RAW : linkType, MAX_PACKET);
  try {
    return compileFirst(pcap, dead, filters);
  } finally {
    pcap.close(dead);
  }
}

/** A sink that accepts the number of the next packet in its file. */
export interface NumberedSink extends PacketSink {
  number(next: number): void;
}

/** Passes on the packets that match the filter, with their numbers in the file. */
export function filteringSink(
  pcap: Libpcap,
  filters: readonly string[],
  inner: NumberedSink,
  countIgnored: (packets: number) => void,
): PacketSink {
  const filter = new PacketFilter(pcap, filters, inner, countIgnored);
  // A plain object: callers wrap sinks by spreading them.
  return {
    link: (linkType) => filter.link(linkType),
    file: (index) => filter.file(index),
    records: (bytes, start, end) => filter.records(bytes, start, end),
    stopped: () => inner.stopped(),
  };
}

class PacketFilter {
  private readonly pcap: Libpcap;
  private readonly filters: readonly string[];
  private readonly inner: NumberedSink;
  private readonly countIgnored: (packets: number) => void;
  private readonly header: Buffer;
  private program: Buffer | undefined;
  /** Packets of the file so far. */
  private number: number;
  /** The number after the last packet that was passed on. */
  private innerNumber: number;
  /** The run of matching records that is not passed on yet. */
  private runStart: number;
  private runCount: number;

  constructor(
    pcap: Libpcap,
    filters: readonly string[],
    inner: NumberedSink,
    countIgnored: (packets: number) => void,
  ) {
    this.pcap = pcap;
    this.filters = filters;
    this.inner = inner;
    this.countIgnored = countIgnored;
    this.header = Buffer.alloc(PACKET_HEADER_BYTES);
    this.program = undefined;
    this.number = 0;
    this.innerNumber = 0;
    this.runStart = 0;
    this.runCount = 0;
  }

  link(linkType: number): void {
    if (this.program !== undefined) this.pcap.freeCode(this.program);
    this.program = compileOffline(this.pcap, this.filters, linkType);
    this.inner.link(linkType);
  }

  file(index: number): void {
    this.number = 0;
    this.innerNumber = 0;
    this.inner.file(index);
  }

  records(bytes: Uint8Array, start: number, end: number): void {
    const { program } = this;
    if (program === undefined) return;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const base = addressOf(bytes);
    for (let at = start; at < end; ) {
      const captured = view.readUInt32LE(at + 8);
      const wire = view.readUInt32LE(at + 12);
      if (this.matches(program, captured, wire, base + BigInt(at + RECORD_HEADER))) {
        if (this.runCount++ === 0) this.runStart = at;
      } else {
        this.passRun(bytes, at);
        this.countIgnored(1);
      }
      this.number++;
      at += RECORD_HEADER + captured;
    }
    this.passRun(bytes, end);
  }

  private matches(program: Buffer, captured: number, wire: number, packet: bigint): boolean {
    this.header.writeUInt32LE(captured, 16);
    this.header.writeUInt32LE(wire, 20);
    return wire !== MARK_LENGTH && this.pcap.offlineFilter(program, this.header, packet) !== 0;
  }

  private passRun(bytes: Uint8Array, end: number): void {
    if (this.runCount === 0) return;
    const before = this.number - this.runCount;
    if (this.innerNumber !== before) this.inner.number(before);
    this.inner.records(bytes, this.runStart, end, this.runCount);
    this.innerNumber = this.number;
    this.runCount = 0;
  }
}
