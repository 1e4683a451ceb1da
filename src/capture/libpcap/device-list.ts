/** The devices that libpcap can capture on (pcap_findalldevs(3PCAP)). */
import { addressOf, ERRBUF_SIZE, type Libpcap, readPointer, readString, readU32 } from './library.js';

export interface Device {
  readonly name: string;
  readonly description: string | undefined;
  readonly loopback: boolean;
  readonly up: boolean;
  readonly running: boolean;
}

/** Bits of pcap_if.flags. */
const IF_LOOPBACK = 1;
const IF_UP = 2;
const IF_RUNNING = 4;

/** Offsets in struct pcap_if on 64-bit systems: next, name, description, addresses, flags. */
const NAME = 8n;
const DESCRIPTION = 16n;
const FLAGS = 32n;

export function listDevices(pcap: Libpcap): Device[] {
  const errbuf = Buffer.alloc(ERRBUF_SIZE);
  const list = Buffer.alloc(8);
  if (pcap.findAllDevs(list, errbuf) !== 0) throw new Error(cString(errbuf));
  const first = readPointer(addressOf(list));
  const devices: Device[] = [];
  for (let at = first; at !== 0n; at = readPointer(at)) {
    const description = readPointer(at + DESCRIPTION);
    const flags = readU32(at + FLAGS);
    devices.push({
      name: readString(readPointer(at + NAME)),
      description: description === 0n ? undefined : readString(description),
      loopback: (flags & IF_LOOPBACK) !== 0,
      up: (flags & IF_UP) !== 0,
      running: (flags & IF_RUNNING) !== 0,
    });
  }
  pcap.freeAllDevs(first);
  return devices;
}

export function cString(buffer: Buffer): string {
  const end = buffer.indexOf(0);
  return buffer.toString('utf8', 0, end < 0 ? buffer.length : end);
}
