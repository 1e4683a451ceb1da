import { i32, u16 } from './bytes.js';
import { type Headers, Outcome } from './headers.js';

/** The control bits in byte 13 of the header (RFC 9293, section 3.1). */
export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;
export const TCP_URG = 0x20;
/** RFC 3168, section 6.1. */
export const TCP_ECE = 0x40;
export const TCP_CWR = 0x80;

/**
 * Parses the TCP segment at out.payloadStart, which has out.payloadLength bytes by the IP length and was captured up to
 * `end`. Then the payload is what follows the TCP header.
 */
export function parseTcp(buf: Uint8Array, end: number, out: Headers): Outcome {
  const at = out.payloadStart;
  const segment = out.payloadLength;
  if (segment < 20) return Outcome.badHeader;
  if (at + 20 > end) return Outcome.truncated;

  // Data offset: the length of the header with its options, in 4-byte words.
  const headerLength = (buf[at + 12] >> 4) << 2;
  if (headerLength < 20 || headerLength > segment) return Outcome.badHeader;
  if (at + headerLength > end) return Outcome.truncated;

  out.srcPort = u16(buf, at);
  out.dstPort = u16(buf, at + 2);
  out.seq = i32(buf, at + 4) >>> 0;
  out.ack = i32(buf, at + 8) >>> 0;
  out.flags = buf[at + 13];
  out.window = u16(buf, at + 14);

  const payloadStart = at + headerLength;
  const payloadLength = segment - headerLength;
  out.payloadStart = payloadStart;
  out.payloadLength = payloadLength;
  out.payloadEnd = Math.min(payloadStart + payloadLength, end);
  return Outcome.tcp;
}
