/** Opens one interface for live capture, with an error message that says how to fix a failure. */
import { UserError } from '../../config/user-error.js';
import type { LiveOptions } from '../engine.js';
import { compileFirst } from './bpf-filter.js';
import { cString } from './device-list.js';
import { DLT_LINUX_SLL2, ERRBUF_SIZE, type Libc, type Libpcap, Status } from './library.js';

export interface Handle {
  readonly pointer: bigint;
  readonly name: string;
  readonly linkType: number;
  readonly fd: number;
}

/** Default size of the kernel's capture buffer. */
export const BUFFER_BYTES = 64 << 20;

/** @throws UserError that says how to fix it */
export function openHandle(pcap: Libpcap, libc: Libc, name: string, options: LiveOptions): Handle {
  const errbuf = Buffer.alloc(ERRBUF_SIZE);
  const pointer = pcap.create(name, errbuf);
  if (pointer === null) throw new UserError(`can't open ${name}: ${cString(errbuf)}`);
  try {
    pcap.setSnaplen(pointer, options.snaplen);
    pcap.setPromisc(pointer, options.promiscuous ? 1 : 0);
    pcap.setTimeout(pointer, options.readTimeout);
    pcap.setBufferSize(pointer, options.bufferBytes ?? BUFFER_BYTES);
    pcap.setNanoseconds(pointer);
    const status = pcap.activate(pointer);
    if (status < 0) throw new UserError(activationError(pcap, pointer, name, status));
    // `any` prefers the newer cooked header; an older libpcap keeps the first version.
    if (name === 'any') pcap.setDatalink(pointer, DLT_LINUX_SLL2);
    setFilter(pcap, libc, pointer, name, options.filters);
    if (pcap.setNonblock(pointer, 1, errbuf) !== 0) {
      throw new UserError(`can't read ${name} without blocking: ${cString(errbuf)}`);
    }
    return { pointer, name, linkType: pcap.datalink(pointer), fd: pcap.fd(pointer) };
  } catch (error) {
    pcap.close(pointer);
    throw error;
  }
}

/**
 * Sets the filter. On the loopback (interface 1) it excludes outgoing packets, which come in again: libpcap drops
 * them too, but in user space, after they have taken room in the kernel's buffer and been counted by the kernel.
 */
function setFilter(
  pcap: Libpcap,
  libc: Libc,
  pointer: bigint,
  name: string,
  filters: readonly string[],
): void {
  const plain = compileFirst(pcap, pointer, filters);
  const inboundOnly = pcap.datalink(pointer) === DLT_LINUX_SLL2 ? 'not (outbound and ifindex 1)' : 'inbound';
  const hasLoopback =
    name === 'any' ? inboundOnly !== 'inbound' : libc.interfaceState(pcap.fd(pointer), name)?.index === 1;
  const program = hasLoopback
    ? compileFirst(
        pcap,
        pointer,
        filters.map((filter) => `${inboundOnly} and (${filter})`),
      )
    : plain;
  // libpcap applies the filter itself to packets that arrived before it was set. Where the packet does not carry the
  // direction, libpcap can't tell it: it gets the plain filter, and only the kernel the other.
  const kernelOnly = inboundOnly === 'inbound' && hasLoopback;
  const status = pcap.setFilter(pointer, kernelOnly ? plain : program);
  if (kernelOnly) libc.attachFilter(pcap.fd(pointer), program.readUInt32LE(0), program.readBigUInt64LE(8));
  pcap.freeCode(program);
  if (hasLoopback) pcap.freeCode(plain);
  if (status !== 0) throw new UserError(`can't set the filter on ${name}: ${pcap.error(pointer)}`);
}

function activationError(pcap: Libpcap, pointer: bigint, name: string, status: number): string {
  switch (status) {
    case Status.noSuchDevice:
      return `no such device: ${name} (see 'wiretail devices')`;
    case Status.permission:
    case Status.promiscuousPermission:
      return `no permission to capture on ${name}: run as root, or grant the process CAP_NET_RAW`;
    case Status.notUp:
      return `${name} is down: bring it up with 'ip link set ${name} up'`;
    default:
      return `can't capture on ${name}: ${pcap.error(pointer) || `libpcap status ${status}`}`;
  }
}
