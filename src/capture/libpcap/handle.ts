/** One interface opened for live capture, and what the user is told when that fails. */
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

/** The kernel's buffer, if nothing else is said. */
export const BUFFER_BYTES = 64 << 20;

/** @throws UserError that says what to do */
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
    if (status < 0) throw new UserError(whyNot(pcap, pointer, name, status));
    // On `any`, the newer cooked header is preferred; an older libpcap stays with the first.
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
 * Sets the filter, and on the loopback (interface 1) leaves out the packets going out, since the same come
 * in again: libpcap drops them too, but in user space, when they have taken room in the kernel's buffer and
 * the kernel has counted them.
 */
function setFilter(
  pcap: Libpcap,
  libc: Libc,
  pointer: bigint,
  name: string,
  filters: readonly string[],
): void {
  const plain = compileFirst(pcap, pointer, filters);
  const once = pcap.datalink(pointer) === DLT_LINUX_SLL2 ? 'not (outbound and ifindex 1)' : 'inbound';
  const loops =
    name === 'any' ? once !== 'inbound' : libc.interfaceState(pcap.fd(pointer), name)?.index === 1;
  const program = loops
    ? compileFirst(
        pcap,
        pointer,
        filters.map((filter) => `${once} and (${filter})`),
      )
    : plain;
  // Where the kernel's word for the direction is not in the packet, libpcap's own run of the filter over
  // what came before it was set knows no direction: it gets the plain one, the kernel alone the other.
  const kernelOnly = once === 'inbound' && loops;
  const status = pcap.setFilter(pointer, kernelOnly ? plain : program);
  if (kernelOnly) libc.attachFilter(pcap.fd(pointer), program.readUInt32LE(0), program.readBigUInt64LE(8));
  pcap.freeCode(program);
  if (loops) pcap.freeCode(plain);
  if (status !== 0) throw new UserError(`can't set the filter on ${name}: ${pcap.error(pointer)}`);
}

function whyNot(pcap: Libpcap, pointer: bigint, name: string, status: number): string {
  switch (status) {
    case Status.noSuchDevice:
      return `no such device: ${name} (see 'wiretail devices')`;
    case Status.permission:
    case Status.promiscuousPermission:
      return `no permission to capture on ${name}: run as root, or give the process CAP_NET_RAW`;
    case Status.notUp:
      return `${name} is down: 'ip link set ${name} up' brings it up`;
    default:
      return `can't capture on ${name}: ${pcap.error(pointer) || `libpcap status ${status}`}`;
  }
}
