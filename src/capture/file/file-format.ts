/** What a file is, told by its first bytes; its name is not looked at. */
import { type PcapVariant, pcapVariant } from './pcap.js';
import { SECTION } from './pcapng.js';

export const HEAD = 8;

export type Kind =
  | { kind: 'pcap'; variant: PcapVariant }
  | { kind: 'pcapng' }
  | { kind: 'gzip' }
  | { kind: 'none'; why: string };

/** Other things that people keep captures in, and what to do about each. */
const OTHERS: readonly { magic: string; why: string }[] = [
  { magic: '28b52ffd', why: 'is zstd-compressed: decompress it first (zstd -d)' },
  { magic: '04224d18', why: 'is lz4-compressed: decompress it first (lz4 -d)' },
  { magic: 'fd377a585a00', why: 'is xz-compressed: decompress it first (xz -d)' },
  { magic: '425a68', why: 'is bzip2-compressed: decompress it first (bzip2 -d)' },
  { magic: '504b0304', why: 'is a zip archive: unpack it first' },
  { magic: '736e6f6f70000000', why: 'is a snoop capture: convert it first (editcap -F pcap)' },
  { magic: '5452534e49464620', why: 'is a Sniffer capture: convert it first (editcap -F pcap)' },
  { magic: '474d4255', why: 'is a Network Monitor capture: convert it first (editcap -F pcap)' },
];

export function detect(head: Buffer): Kind {
  const hex = head.toString('hex');
  if (hex.startsWith('1f8b')) return { kind: 'gzip' };
  const other = OTHERS.find(({ magic }) => hex.startsWith(magic));
  if (other) return { kind: 'none', why: other.why };
  if (head.length >= 4) {
    const variant = pcapVariant(head);
    if (variant) return { kind: 'pcap', variant };
    if (head.readUInt32LE(0) === SECTION) return { kind: 'pcapng' };
  }
  const bytes = hex.slice(0, 8).replace(/..(?!$)/g, '$& ');
  return {
    kind: 'none',
    why: `is not a capture file: it begins with ${bytes}, and pcap or pcapng was expected`,
  };
}
