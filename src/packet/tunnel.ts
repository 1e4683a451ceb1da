/**
 * Packets within packets: VXLAN, GRE and IP in IP. Only what the outer headers must be read for; to whom
 * the tunnel belongs is not followed, so that the same addresses in two tenants' networks are one.
 */
import { u16 } from './bytes.js';
import { type Headers, Outcome } from './headers.js';
import { fragment } from './ip.js';

/** Bits of what is decapsulated. */
export const Tunnel = { vxlan: 1, gre: 2, ipip: 4 } as const;

/** Tunnels within tunnels that are followed. */
export const DEPTH = 2;

/** IANA protocol numbers. */
const IPV4 = 4;
const UDP = 17;
const IPV6 = 41;
const GRE = 47;

/** IANA's port, and the one that Linux had before there was one and keeps where none is said. */
const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);

/** LINKTYPE_ numbers of what is within. */
const ETHERNET = 1;
const RAW_IPV4 = 228;
const RAW_IPV6 = 229;

export const LINK_BITS = 9;

/**
 * What is within the packet that is no TCP, whose IP payload `out` tells: the offset from that payload's
 * start, shifted left by LINK_BITS, with the LINKTYPE_ number of what stands there in the low bits. A
 * negative answer is the Outcome, negated.
 */
export function enter(buf: Uint8Array, end: number, out: Headers, tunnels: number): number {
  const { protocol, payloadStart: at, fragmentOffset } = out;
  const stop = Math.min(end, at + out.payloadLength);
  if (protocol === UDP && (tunnels & Tunnel.vxlan) !== 0) return vxlan(buf, at, stop, out);
  const isGre = protocol === GRE && (tunnels & Tunnel.gre) !== 0;
  const isIp = (protocol === IPV4 || protocol === IPV6) && (tunnels & Tunnel.ipip) !== 0;
  if (!isGre && !isIp) return -Outcome.notTcp;
  if (fragmentOffset >= 0) return -fragment(out);
  return isGre ? gre(buf, at, stop) : protocol === IPV4 ? RAW_IPV4 : RAW_IPV6;
}

/** RFC 7348, section 5: UDP's header, eight bytes of which the first bit that counts says that it is one. */
function vxlan(buf: Uint8Array, at: number, end: number, out: Headers): number {
  // Only the first fragment has the ports.
  if (out.fragmentOffset > 0) return -Outcome.notTcp;
  if (at + 4 > end) return -Outcome.truncated;
  if (!VXLAN_PORTS.has(u16(buf, at + 2))) return -Outcome.notTcp;
  if (out.fragmentOffset === 0) return -fragment(out);
  if (at + 16 > end) return -Outcome.truncated;
  return (buf[at + 8] & 0x08) === 0 ? -Outcome.notTcp : (16 << LINK_BITS) | ETHERNET;
}

/**
 * RFC 2784, with the key and sequence number of RFC 2890. Of version 0 only: 1 is PPTP's. A source route
 * (RFC 1701) is history.
 */
function gre(buf: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -Outcome.truncated;
  const flags = u16(buf, at);
  if ((flags & 0x4007) !== 0) return -Outcome.notTcp;
  const words = 1 + (flags >> 15) + ((flags >> 13) & 1) + ((flags >> 12) & 1);
  if (at + words * 4 > end) return -Outcome.truncated;
  const link = GRE_LINKS[u16(buf, at + 2)];
  return link === undefined ? -Outcome.notIp : ((words * 4) << LINK_BITS) | link;
}

/** By EtherType: IP, and Ethernet itself (Transparent Ethernet Bridging, NVGRE: RFC 7637). */
const GRE_LINKS: Readonly<Record<number, number>> = { 2048: RAW_IPV4, 34525: RAW_IPV6, 25944: ETHERNET };
