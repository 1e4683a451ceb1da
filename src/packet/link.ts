import { i32, u16 } from './bytes.js';
import { Outcome } from './headers.js';

/**
 * Finds the IP packet after a link header in buf[start, end).
 *
 * The result is one integer, so that nothing is allocated: the offset of the IP header from start, shifted left by
 * VERSION_BITS, with the IP version by the link header in the low bits (4, 6, or 0 if it has none). A negative result is
 * the Outcome, negated.
 */
type FindIp = (buf: Uint8Array, start: number, end: number) => number;

export const VERSION_BITS = 3;

/**
 * The most VLAN tags in a stack. IEEE 802.1Q sets no limit; two are usual, and the bound limits the cost of a hostile
 * packet of nothing but tags.
 */
const MAX_TAGS = 8;

/** By EtherType: 4 and 6 are the IP versions, TAG a VLAN tag, 0 anything else. */
const TAG = 1;
const ETHER_TYPES = new Uint8Array(0x10000);
ETHER_TYPES[0x0800] = 4;
ETHER_TYPES[0x86dd] = 6;
/** IEEE 802.1Q's C-tag and S-tag, and the two that QinQ equipment used before the S-tag was standardised. */
for (const tpid of [0x8100, 0x88a8, 0x9100, 0x9200]) ETHER_TYPES[tpid] = TAG;

/** Finds the IP packet after an EtherType and its VLAN tags. @param firstAt where the bytes after the type start */
function findAfterEtherType(
  buf: Uint8Array,
  start: number,
  end: number,
  firstType: number,
  firstAt: number,
): number {
  let type = firstType;
  let at = firstAt;
  for (let tags = 0; tags <= MAX_TAGS; tags++) {
    const kind = ETHER_TYPES[type];
    if (kind === 0) return -Outcome.notIp;
    if (kind !== TAG) return ((at - start) << VERSION_BITS) | kind;
    // The type is a tag's TPID; its TCI and the next type follow (802.1Q, clause 9).
    if (at + 4 > end) return -Outcome.truncated;
    type = u16(buf, at + 2);
    at += 4;
  }
  return -Outcome.badHeader;
}

/** Two addresses of six bytes, then the EtherType; a length (802.3 with LLC) is below 0x600, and not IP. */
function ethernet(buf: Uint8Array, start: number, end: number): number {
  if (start + 14 > end) return -Outcome.truncated;
  return findAfterEtherType(buf, start, end, u16(buf, start + 12), start + 14);
}

/**
 * Linux cooked capture (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html): 16 bytes, the last two of them the
 * protocol. libpcap puts a tag that the kernel has removed back before the protocol, as on Ethernet.
 */
function linuxSll(buf: Uint8Array, start: number, end: number): number {
  if (start + 16 > end) return -Outcome.truncated;
  return findAfterEtherType(buf, start, end, u16(buf, start + 14), start + 16);
}

/**
 * Linux cooked capture v2 (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html): 20 bytes, the first two of them
 * the protocol; if that is a tag's TPID, the TCI and the next type follow the 20 bytes.
 */
function linuxSll2(buf: Uint8Array, start: number, end: number): number {
  if (start + 20 > end) return -Outcome.truncated;
  return findAfterEtherType(buf, start, end, u16(buf, start), start + 20);
}

/** No link header: only the packet's own version field says the version. */
const rawIp: FindIp = () => 0;
const rawIpv4: FindIp = () => 4;
const rawIpv6: FindIp = () => 6;

/**
 * AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on
 * FreeBSD, 30 on macOS (https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html).
 */
const FAMILIES = new Uint8Array(31);
FAMILIES[2] = 4;
for (const family of [10, 24, 28, 30]) FAMILIES[family] = 6;

function afterFamily(family: number): number {
  const version = family >= 0 && family < FAMILIES.length ? FAMILIES[family] : 0;
  return version === 0 ? -Outcome.notIp : (4 << VERSION_BITS) | version;
}

/** BSD loopback: the address family, in the capturing host's byte order. */
function bsdNull(buf: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return -Outcome.truncated;
  const family = i32(buf, start);
  // Every family fits in one byte, so the three zero bytes show the order.
  return afterFamily((family & 0x00ffffff) === 0 ? family >>> 24 : family);
}

/** OpenBSD loopback: the same in network order. */
function bsdLoop(buf: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return -Outcome.truncated;
  return afterFamily(i32(buf, start));
}

/**
 * By LINKTYPE_ number (https://www.tcpdump.org/linktypes.html). DLT_RAW is 12, on OpenBSD 14; files should have 101 in
 * its place, but some have the number of the host that wrote them.
 */
const LINK_TYPES: readonly (readonly [linkType: number, find: FindIp])[] = [
  [0, bsdNull],
  [1, ethernet],
  [12, rawIp],
  [14, rawIp],
  [101, rawIp],
  [108, bsdLoop],
  [113, linuxSll],
  [228, rawIpv4],
  [229, rawIpv6],
  [276, linuxSll2],
];

/** By link type. A packed array, with undefined for unsupported types, so that a look-up is one load. */
export const LINK_PARSERS: readonly (FindIp | undefined)[] = (() => {
  const parsers = new Array<FindIp | undefined>(1 + Math.max(...LINK_TYPES.map(([type]) => type))).fill(
    undefined,
  );
  for (const [type, find] of LINK_TYPES) parsers[type] = find;
  return parsers;
})();
