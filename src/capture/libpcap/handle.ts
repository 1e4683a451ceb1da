/** One interface opened for live capture, and what the user is told when that fails. */
import { UserError } from '../../config/user-error.js';
import type { LiveOptions } from '../engine.js';
import { cString } from './devices.js';
import { compileFirst } from './filter.js';
import { DLT_LINUX_SLL2, ERRBUF_SIZE, type Libpcap, Status } from './library.js';

export interface Handle {
  readonly pointer: bigint;
  readonly name: string;
  readonly linkType: number;
  readonly fd: number;
}

/** @throws UserError that says what to do */
export function openHandle(pcap: Libpcap, name: string, options: LiveOptions): Handle {
  const errbuf = Buffer.alloc(ERRBUF_SIZE);
  const pointer = pcap.create(name, errbuf);
  if (pointer === null) throw new UserError(`can't open ${name}: ${cString(errbuf)}`);
  try {
    pcap.setSnaplen(pointer, options.snaplen);
    pcap.setPromisc(pointer, options.promiscuous ? 1 : 0);
    pcap.setTimeout(pointer, options.readTimeout);
    pcap.setBufferSize(pointer, options.bufferBytes);
    pcap.setNanoseconds(pointer);
    const status = pcap.activate(pointer);
    if (status < 0) throw new UserError(whyNot(pcap, pointer, name, status));
    // On `any`, the newer cooked header is preferred; an older libpcap stays with the first.
    if (name === 'any') pcap.setDatalink(pointer, DLT_LINUX_SLL2);
    const program = compileFirst(pcap, pointer, options.filters);
    const filtered = pcap.setFilter(pointer, program);
    pcap.freeCode(program);
    if (filtered !== 0) throw new UserError(`can't set the filter on ${name}: ${pcap.error(pointer)}`);
    if (pcap.setNonblock(pointer, 1, errbuf) !== 0) {
      throw new UserError(`can't read ${name} without blocking: ${cString(errbuf)}`);
    }
    return { pointer, name, linkType: pcap.datalink(pointer), fd: pcap.fd(pointer) };
  } catch (error) {
    pcap.close(pointer);
    throw error;
  }
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
