/** Detects a file's format by its first bytes; its name does not matter. */
import { type PcapVariant, pcapVariant } from './pcap.js';
import { SECTION_HEADER } from './pcapng.js';

/** The number of first bytes that detectFormat() needs. */
export const MAGIC_BYTES = 8;

export type FileFormat =
  | { kind: 'pcap'; variant: PcapVariant }
  | { kind: 'pcapng' }
  | { kind: 'gzip' }
  | { kind: 'none'; reason: string };

/** Other formats in which captures are kept, and what to do with each. */
const OTHER_FORMATS: readonly { magic: string; reason: string }[] = [
  { magic: '28b52ffd', reason: 'is zstd-compressed: decompress it first (zstd -d)' },
  { magic: '04224d18', reason: 'is lz4-compressed: decompress it first (lz4 -d)' },
  { magic: 'fd377a585a00', reason: 'is xz-compressed: decompress it first (xz -d)' },
  { magic: '425a68', reason: 'is bzip2-compressed: decompress it first (bzip2 -d)' },
  { magic: '504b0304', reason: 'is a zip archive: unpack it first' },
  { magic: '736e6f6f70000000', reason: 'is a snoop capture: convert it first (editcap -F pcap)' },
  { magic: '5452534e49464620', reason: 'is a Sniffer capture: convert it first (editcap -F pcap)' },
  { magic: '474d4255', reason: 'is a Network Monitor capture: convert it first (editcap -F pcap)' },
];

export function detectFormat(head: Buffer): FileFormat {
  const hex = head.toString('hex');
  if (hex.startsWith('1f8b')) return { kind: 'gzip' };
  const other = OTHER_FORMATS.find(({ magic }) => hex.startsWith(magic));
  if (other) return { kind: 'none', reason: other.reason };
  if (head.length >= 4) {
    const variant = pcapVariant(head);
    if (variant) return { kind: 'pcap', variant };
    if (head.readUInt32LE(0) === SECTION_HEADER) return { kind: 'pcapng' };
  }
  const bytes = hex.slice(0, 8).replace(/..(?!$)/g, '$& ');
  return { kind: 'none', reason: `is not a capture file: it starts with ${bytes}, expected pcap or pcapng` };
}
