/**
 * What one packet's headers say, as a view: one Headers object is made per decoder and filled again
 * for every packet, so that the hot path allocates nothing.
 *
 * Addresses are four 32-bit words in network order. An IPv4 address a.b.c.d stands as the mapped
 * IPv6 address ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2): words 0, 0, 0xffff, a.b.c.d. All words are
 * signed 32-bit integers (`| 0`), so that they stay small integers in V8.
 */
export interface Headers {
  /** 4 or 6. */
  ipVersion: number;
  src0: number;
  src1: number;
  src2: number;
  src3: number;
  dst0: number;
  dst1: number;
  dst2: number;
  dst3: number;
  srcPort: number;
  dstPort: number;
  /** TCP sequence and acknowledgement numbers, unsigned 32 bits. */
  seq: number;
  ack: number;
  /** TCP flag bits, see TCP_* in tcp.ts. */
  flags: number;
  window: number;
  /** Where the TCP payload starts in the buffer that was parsed. */
  payloadStart: number;
  /** End (exclusive) of the payload bytes that were captured; at most payloadStart + payloadLength. */
  payloadEnd: number;
  /** TCP payload bytes on the wire, by the IP length; more than was captured when snaplen cut it. */
  payloadLength: number;
  /**
   * Of a packet that is no TCP: its protocol over IP, of which payloadStart and payloadLength are the
   * packet's then; and, if it is a fragment, where it begins in the whole, else -1.
   */
  protocol: number;
  fragmentOffset: number;
}

/** What parsing a packet came to. Everything but TCP is counted under its name and ignored. */
export const Outcome = {
  tcp: 0,
  /** The link layer carries no IP packet (ARP, LLDP, ...). */
  notIp: 1,
  /** IP, but no TCP (UDP, ICMP, ...). */
  notTcp: 2,
  /** A fragment of an IP packet; fragments are reported, not reassembled. */
  fragment: 3,
  /** A header contradicts itself (length below its minimum, beyond the packet, wrong version). */
  badHeader: 4,
  /** The capture was cut before the TCP header's end. */
  truncated: 5,
  /** A link type that is not known here. */
  unknownLink: 6,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export function newHeaders(): Headers {
  return {
    ipVersion: 0,
    src0: 0,
    src1: 0,
    src2: 0,
    src3: 0,
    dst0: 0,
    dst1: 0,
    dst2: 0,
    dst3: 0,
    srcPort: 0,
    dstPort: 0,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
    payloadStart: 0,
    payloadEnd: 0,
    payloadLength: 0,
    protocol: 0,
    fragmentOffset: -1,
  };
}
