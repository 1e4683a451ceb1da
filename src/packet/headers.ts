/**
 * A packet's headers. A decoder has one Headers object, refilled for every packet, so that the hot path allocates
 * nothing.
 *
 * Addresses are four 32-bit words in network order. An IPv4 address a.b.c.d is stored as the mapped IPv6 address
 * ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2): words 0, 0, 0xffff, a.b.c.d. All words are signed 32-bit integers (`| 0`),
 * so that they stay small integers in V8.
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
  /** TCP flag bits: TCP_* in tcp.ts. */
  flags: number;
  window: number;
  /** Where the TCP payload starts in the parsed buffer. */
  payloadStart: number;
  /** End (exclusive) of the captured payload bytes; at most payloadStart + payloadLength. */
  payloadEnd: number;
  /** TCP payload bytes on the wire, by the IP length; more than captured if the snapshot length has truncated them. */
  payloadLength: number;
  /**
   * On Outcome.notTcp, payloadStart and payloadLength are the IP payload, this is its protocol number, and
   * fragmentOffset is the offset of a fragment in the whole packet, or -1 if the packet is not a fragment.
   */
  protocol: number;
  fragmentOffset: number;
}

/** The result of parsing a packet. All but TCP is counted by its name and ignored. */
export const Outcome = {
  tcp: 0,
  /** The link layer carries no IP packet (ARP, LLDP, ...). */
  notIp: 1,
  /** IP, but not TCP (UDP, ICMP, ...). */
  notTcp: 2,
  /** An IP fragment; fragments are reported, not reassembled. */
  fragment: 3,
  /** A header contradicts itself: a length below its minimum or beyond the packet, a wrong version. */
  badHeader: 4,
  /** The snapshot length has truncated the packet before the end of its TCP header. */
  truncated: 5,
  /** An unsupported link type. */
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
