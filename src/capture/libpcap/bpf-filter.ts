/** BPF filters, compiled by libpcap: checked before a capture starts, and applied to files. */
import { UserError } from '../../config/user-error.js';
import { MARK, MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import type { PacketSink } from '../sink.js';
import { addressOf, type Libpcap } from './library.js';

/** struct bpf_program: a count and a pointer. */
const PROGRAM_BYTES = 16;
/** struct pcap_pkthdr on 64-bit systems: struct timeval, captured length, wire length. */
const PACKET_HEADER_BYTES = 24;

const LINKTYPE_ETHERNET = 1;
/** The one link type whose number in files is not that of the library (pcap-linktype(7)). */
const LINKTYPE_RAW = 101;
const DLT_RAW = 12;

/**
 * Compiles the first filter that libpcap takes for the handle's link type; the caller frees it.
 * @throws UserError with libpcap's own words about the first if it takes none
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
  pcap.freeCode(compileDead(pcap, filters, linkType));
}

function compileDead(pcap: Libpcap, filters: readonly string[], linkType: number): Buffer {
  const dead = pcap.openDead(linkType === LINKTYPE_RAW ? DLT_RAW : linkType, MAX_PACKET);
  try {
    return compileFirst(pcap, dead, filters);
  } finally {
    pcap.close(dead);
  }
}

/**
 * Passes on what matches the filter. Packets that do not match are counted on, so that those that do
 * keep their number in the file.
 */
export function filteringSink(
  pcap: Libpcap,
  filters: readonly string[],
  inner: PacketSink & { number(next: number): void },
  ignored: (packets: number) => void,
): PacketSink {
  let program: Buffer | undefined;
  const header = Buffer.alloc(PACKET_HEADER_BYTES);
  let number = 0;
  let numberBeyond = 0;

  return {
    link(linkType) {
      if (program !== undefined) pcap.freeCode(program);
      program = compileDead(pcap, filters, linkType);
      inner.link(linkType);
    },
    file(index) {
      number = 0;
      numberBeyond = 0;
      inner.file(index);
    },
    records(bytes, start, end) {
      if (program === undefined) return;
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const base = addressOf(bytes);
      /** Start and count of the run of matching records before `at`. */
      let run = start;
      let inRun = 0;
      const pass = (to: number) => {
        if (inRun === 0) return;
        if (numberBeyond !== number - inRun) inner.number(number - inRun);
        inner.records(bytes, run, to, inRun);
        numberBeyond = number;
        inRun = 0;
      };
      for (let at = start; at < end; ) {
        const captured = view.readUInt32LE(at + 8);
        const wire = view.readUInt32LE(at + 12);
        const next = at + RECORD_HEADER + captured;
        header.writeUInt32LE(captured, 16);
        header.writeUInt32LE(wire, 20);
        const matches =
          wire !== MARK && pcap.offlineFilter(program, header, base + BigInt(at + RECORD_HEADER)) !== 0;
        if (matches) {
          if (inRun++ === 0) run = at;
          number++;
        } else {
          pass(at);
          number++;
          ignored(1);
        }
        at = next;
      }
      pass(end);
    },
    stopped: () => inner.stopped(),
  };
}
