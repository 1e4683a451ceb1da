import { i32, u16 } from './bytes.js';
import { type Headers, Outcome } from './headers.js';

/** IANA protocol number. */
export const IP_PROTOCOL_TCP = 6;

/**
 * The most extension headers before TCP. RFC 8200, section 4.1, allows each once (destination options twice); the
 * bound limits the cost of a hostile chain of empty ones.
 */
const MAX_EXTENSIONS = 16;

/** How the length of an IPv6 extension header is counted; none: it is no extension, the upper layer starts. */
const Extension = { none: 0, units8: 1, fragment: 2, units4: 3 } as const;
/** By protocol number. */
const EXTENSIONS = new Uint8Array(256);
/**
 * Hop-by-hop, routing, destination options (RFC 8200, section 4), mobility (RFC 6275), HIP (RFC 7401),
 * shim6 (RFC 5533): the length is in units of 8 bytes, the first not counted.
 */
for (const protocol of [0, 43, 60, 135, 139, 140]) EXTENSIONS[protocol] = Extension.units8;
/** RFC 8200, section 4.5: always 8 bytes. */
EXTENSIONS[44] = Extension.fragment;
/** Authentication header (RFC 4302, section 2.2): units of 4 bytes, the first two not counted. */
EXTENSIONS[51] = Extension.units4;
// ESP (50) encrypts what follows; 59 means that no header follows.

/**
 * Parses the IP packet at buf[at], which was captured up to `end` and on the wire went up to `wireEnd`.
 *
 * On Outcome.tcp, out.payloadStart and out.payloadLength are the TCP segment with its header, which parseTcp narrows to
 * the TCP payload. On Outcome.fragment the addresses are filled too, and the ports are 0. A fragment of another protocol
 * is notTcp: no TCP data are lost with it.
 *
 * @param version the version by the link header; 0: it has none
 */
export function parseIp(
  buf: Uint8Array,
  at: number,
  end: number,
  wireEnd: number,
  version: number,
  out: Headers,
): Outcome {
  if (at >= end) return Outcome.truncated;
  const actual = buf[at] >> 4;
  if (version !== 0 && version !== actual) return Outcome.badHeader;
  if (actual === 4) return parseIpv4(buf, at, end, wireEnd, out);
  if (actual === 6) return parseIpv6(buf, at, end, wireEnd, out);
  return Outcome.badHeader;
}

/** RFC 791, section 3.1. */
function parseIpv4(buf: Uint8Array, at: number, end: number, wireEnd: number, out: Headers): Outcome {
  const headerLength = (buf[at] & 0x0f) << 2;
  if (headerLength < 20) return Outcome.badHeader;
  if (at + 20 > end) return Outcome.truncated;

  // 0 in a packet that the network card will segment (Windows LSO), or that is longer than the field allows (Linux BIG
  // TCP). Then it fills the frame: frames of such packets have no padding.
  const wireLength = wireEnd - at;
  const stated = u16(buf, at + 2);
  const length = stated === 0 ? wireLength : stated;
  if (length < headerLength || length > wireLength) return Outcome.badHeader;

  out.payloadStart = at + headerLength;
  out.payloadLength = length - headerLength;
  // The more-fragments bit and the fragment offset, in units of 8 bytes.
  const fragmenting = u16(buf, at + 6) & 0x3fff;
  const protocol = buf[at + 9];

  out.ipVersion = 4;
  out.src0 = 0;
  out.src1 = 0;
  out.src2 = 0xffff;
  out.src3 = i32(buf, at + 12);
  out.dst0 = 0;
  out.dst1 = 0;
  out.dst2 = 0xffff;
  out.dst3 = i32(buf, at + 16);
  if (protocol !== IP_PROTOCOL_TCP) {
    return notTcpOutcome(out, protocol, fragmenting === 0 ? -1 : (fragmenting & 0x1fff) << 3);
  }
  return fragmenting === 0 ? Outcome.tcp : fragmentOutcome(out);
}

/** RFC 8200, sections 3 and 4. */
function parseIpv6(buf: Uint8Array, at: number, end: number, wireEnd: number, out: Headers): Outcome {
  if (at + 40 > end) return Outcome.truncated;

  // 0 in a jumbogram (RFC 2675, section 3) and in a packet that the network card will segment. Both fill the frame, so
  // the jumbo option need not be read, nor be there.
  const wireLength = wireEnd - at - 40;
  const stated = u16(buf, at + 4);
  const length = stated === 0 ? wireLength : stated;
  if (length > wireLength) return Outcome.badHeader;

  out.ipVersion = 6;
  out.src0 = i32(buf, at + 8);
  out.src1 = i32(buf, at + 12);
  out.src2 = i32(buf, at + 16);
  out.src3 = i32(buf, at + 20);
  out.dst0 = i32(buf, at + 24);
  out.dst1 = i32(buf, at + 28);
  out.dst2 = i32(buf, at + 32);
  out.dst3 = i32(buf, at + 36);

  return parseExtensions(buf, at + 40, end, at + 40 + length, buf[at + 6], out);
}

/**
 * Walks the extension headers from buf[start] on to the upper layer.
 * @param packetEnd by the IP header's length
 * @param first the protocol number of the first header
 */
function parseExtensions(
  buf: Uint8Array,
  start: number,
  end: number,
  packetEnd: number,
  first: number,
  out: Headers,
): Outcome {
  let next = first;
  let at = start;
  for (let n = 0; n <= MAX_EXTENSIONS; n++) {
    const extension = EXTENSIONS[next];
    if (extension === Extension.none) {
      out.payloadStart = at;
      out.payloadLength = packetEnd - at;
      return next === IP_PROTOCOL_TCP ? Outcome.tcp : notTcpOutcome(out, next, -1);
    }
    if (at + 8 > packetEnd) return Outcome.badHeader;
    if (at + 8 > end) return Outcome.truncated;
    next = buf[at];
    if (extension === Extension.fragment) {
      // Offset and M flag. An atomic fragment, where both are 0, is a whole packet (RFC 6946).
      const fragmenting = u16(buf, at + 2) & 0xfff9;
      at += 8;
      if (fragmenting !== 0) {
        out.payloadStart = at;
        out.payloadLength = packetEnd - at;
        return ipv6Fragment(out, next, fragmenting & 0xfff8);
      }
    } else if (extension === Extension.units4) {
      at += (buf[at + 1] + 2) << 2;
    } else {
      at += (buf[at + 1] + 1) << 3;
    }
    if (at > packetEnd) return Outcome.badHeader;
  }
  return Outcome.badHeader;
}

/** With more extension headers, the fragment may be of a TCP packet. */
function ipv6Fragment(out: Headers, protocol: number, offset: number): Outcome {
  if (protocol === IP_PROTOCOL_TCP || EXTENSIONS[protocol] !== Extension.none) return fragmentOutcome(out);
  return notTcpOutcome(out, protocol, offset);
}

/** Another protocol, which may be a tunnel (tunnel.ts). */
function notTcpOutcome(out: Headers, protocol: number, fragmentOffset: number): Outcome {
  out.protocol = protocol;
  out.fragmentOffset = fragmentOffset;
  return Outcome.notTcp;
}

/** Only the first fragment has the ports, so those of the previous packet are cleared. */
export function fragmentOutcome(out: Headers): Outcome {
  out.srcPort = 0;
  out.dstPort = 0;
  return Outcome.fragment;
}
