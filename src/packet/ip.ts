import { i32, u16 } from './bytes.js';
import { type Headers, Outcome } from './headers.js';

/** IANA protocol number. */
const TCP = 6;

/**
 * The most extension headers before TCP. RFC 8200, section 4.1, has each at most once (destination
 * options twice), and only a bound keeps a hostile chain of empty ones from costing more than a packet.
 */
const MAX_EXTENSIONS = 16;

/** How long an IPv6 extension header is, by its protocol number; 0: it is none, the upper layer begins. */
const Extension = { none: 0, eights: 1, fragment: 2, fours: 3 } as const;
const EXTENSIONS = new Uint8Array(256);
/**
 * Hop-by-hop, routing, destination options (RFC 8200, section 4), mobility (RFC 6275), HIP (RFC 7401),
 * shim6 (RFC 5533): the length is in units of 8 bytes, the first not counted.
 */
for (const protocol of [0, 43, 60, 135, 139, 140]) EXTENSIONS[protocol] = Extension.eights;
/** RFC 8200, section 4.5: always 8 bytes. */
EXTENSIONS[44] = Extension.fragment;
/** Authentication header (RFC 4302, section 2.2): units of 4 bytes, the first two not counted. */
EXTENSIONS[51] = Extension.fours;
// ESP (50) hides what follows, and 59 says that nothing does: neither leads on to TCP.

/**
 * Reads the IP header at buf[at], whose bytes were captured up to `end` and stood on the wire up to
 * `wireEnd`. `version` is what the link header said, 0 if it said nothing.
 *
 * On Outcome.tcp, out.payloadStart and out.payloadLength are the IP payload (the TCP segment, header
 * included) for tcp.ts to narrow. On Outcome.fragment the addresses are filled too and the ports are 0.
 * A fragment of another protocol is notTcp: it takes nothing away from what is decoded here.
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

  // 0 in a packet that the host has yet to segment (Windows LSO), or that is longer than the field can
  // say (Linux BIG TCP): then it fills the frame, and no frame of such a packet is padded.
  const wireLength = wireEnd - at;
  const stated = u16(buf, at + 2);
  const length = stated === 0 ? wireLength : stated;
  if (length < headerLength || length > wireLength) return Outcome.badHeader;

  out.payloadStart = at + headerLength;
  out.payloadLength = length - headerLength;
  // More-fragments bit and fragment offset, in units of eight bytes.
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
  if (protocol !== TCP) return other(out, protocol, fragmenting === 0 ? -1 : (fragmenting & 0x1fff) << 3);
  return fragmenting === 0 ? Outcome.tcp : fragment(out);
}

/** RFC 8200, sections 3 and 4. */
function parseIpv6(buf: Uint8Array, at: number, end: number, wireEnd: number, out: Headers): Outcome {
  if (at + 40 > end) return Outcome.truncated;

  // 0 in a jumbogram (RFC 2675, section 3) and in a packet yet to be segmented. Both fill the frame, so
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

  const lengthEnd = at + 40 + length;
  let next = buf[at + 6];
  let offset = at + 40;
  for (let n = 0; n <= MAX_EXTENSIONS; n++) {
    if (next === TCP) {
      out.payloadStart = offset;
      out.payloadLength = lengthEnd - offset;
      return Outcome.tcp;
    }
    const kind = EXTENSIONS[next];
    if (kind === Extension.none) {
      out.payloadStart = offset;
      out.payloadLength = lengthEnd - offset;
      return other(out, next, -1);
    }
    if (offset + 8 > lengthEnd) return Outcome.badHeader;
    if (offset + 8 > end) return Outcome.truncated;

    next = buf[offset];
    if (kind === Extension.fragment) {
      // Offset and M flag. Both 0 is an atomic fragment, a whole packet (RFC 6946).
      if ((u16(buf, offset + 2) & 0xfff9) !== 0) {
        if (next === TCP || EXTENSIONS[next] !== Extension.none) return fragment(out);
        out.payloadStart = offset + 8;
        out.payloadLength = lengthEnd - out.payloadStart;
        return other(out, next, u16(buf, offset + 2) & 0xfff8);
      }
      offset += 8;
    } else if (kind === Extension.fours) {
      offset += (buf[offset + 1] + 2) << 2;
    } else {
      offset += (buf[offset + 1] + 1) << 3;
    }
    if (offset > lengthEnd) return Outcome.badHeader;
  }
  return Outcome.badHeader;
}

/** Another protocol, within which there may be a packet (tunnel.ts). */
function other(out: Headers, protocol: number, fragmentOffset: number): Outcome {
  out.protocol = protocol;
  out.fragmentOffset = fragmentOffset;
  return Outcome.notTcp;
}

/** Only the first fragment holds the ports: leave none of the packet before. */
export function fragment(out: Headers): Outcome {
  out.srcPort = 0;
  out.dstPort = 0;
  return Outcome.fragment;
}
