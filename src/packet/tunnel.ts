/**
 * Tunnels: VXLAN, GRE and IP in IP. Their identifiers are not read, so the same addresses in two tenants' networks are
 * the same.
 */
import { u16 } from './bytes.js';
import { type Headers, Outcome } from './headers.js';
import { fragmentOutcome } from './ip.js';

/** Bits of the tunnels to decapsulate. */
export const Tunnel = { vxlan: 1, gre: 2, ipip: 4 } as const;

/** Nested tunnels at most. */
export const MAX_TUNNEL_DEPTH = 2;

/** IANA protocol numbers. */
const IPV4 = 4;
const UDP = 17;
const IPV6 = 41;
const GRE = 47;

/** IANA's port, and Linux's default, which is older. */
const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);

/** LINKTYPE_ numbers of inner packets. */
const ETHERNET = 1;
const RAW_IPV4 = 228;
const RAW_IPV6 = 229;

export const LINK_TYPE_BITS = 9;

/**
 * Finds the packet within the IP payload of `out`, which is not TCP. The result is its offset from that payload's start,
 * shifted left by LINK_TYPE_BITS, with its LINKTYPE_ number in the low bits. A negative result is the Outcome, negated.
 */
export function findInnerPacket(buf: Uint8Array, end: number, out: Headers, tunnels: number): number {
  const { protocol, payloadStart: at, fragmentOffset } = out;
  const stop = Math.min(end, at + out.payloadLength);
  if (protocol === UDP && (tunnels & Tunnel.vxlan) !== 0) return findInVxlan(buf, at, stop, out);
  const isGre = protocol === GRE && (tunnels & Tunnel.gre) !== 0;
  const isIp = (protocol === IPV4 || protocol === IPV6) && (tunnels & Tunnel.ipip) !== 0;
  if (!isGre && !isIp) return -Outcome.notTcp;
  if (fragmentOffset >= 0) return -fragmentOutcome(out);
  return isGre ? findInGre(buf, at, stop) : protocol === IPV4 ? RAW_IPV4 : RAW_IPV6;
}

/** RFC 7348, section 5: a UDP header, then eight bytes that start with flags; the I flag is set. */
function findInVxlan(buf: Uint8Array, at: number, end: number, out: Headers): number {
  // Only the first fragment has the ports.
  if (out.fragmentOffset > 0) return -Outcome.notTcp;
  if (at + 4 > end) return -Outcome.truncated;
  if (!VXLAN_PORTS.has(u16(buf, at + 2))) return -Outcome.notTcp;
  if (out.fragmentOffset === 0) return -fragmentOutcome(out);
  if (at + 16 > end) return -Outcome.truncated;
  return (buf[at + 8] & 0x08) === 0 ? -Outcome.notTcp : (16 << LINK_TYPE_BITS) | ETHERNET;
}

/**
 * RFC 2784, with the key and sequence number of RFC 2890. Version 0 only: 1 is PPTP's. Source routes (RFC 1701) are
 * obsolete.
 */
function findInGre(buf: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -Outcome.truncated;
  const flags = u16(buf, at);
  if ((flags & 0x4007) !== 0) return -Outcome.notTcp;
  const words = 1 + (flags >> 15) + ((flags >> 13) & 1) + ((flags >> 12) & 1);
  if (at + words * 4 > end) return -Outcome.truncated;
  const linkType = linkTypeOf(u16(buf, at + 2));
  return linkType < 0 ? -Outcome.notIp : ((words * 4) << LINK_TYPE_BITS) | linkType;
}

/** IP, and Transparent Ethernet Bridging (NVGRE: RFC 7637). @returns a LINKTYPE_ number; -1: another protocol */
function linkTypeOf(etherType: number): number {
  switch (etherType) {
    case 0x0800:
      return RAW_IPV4;
    case 0x86dd:
      return RAW_IPV6;
    case 0x6558:
      return ETHERNET;
    default:
      return -1;
  }
}
