/** Bounds on what streams may hold, and the counters of what happened to them. */

export interface StreamLimits {
  /** Connections followed at once; the least recently used goes first. */
  readonly flows: number;
  /** Bytes that may wait out of order in one direction. */
  readonly queuedBytes: number;
  /** Segments that may wait out of order in one direction. */
  readonly queuedSegments: number;
  /** Bytes that may wait out of order, or be held back by decoders, in all connections together. */
  readonly totalBytes: number;
  /** What keeping a segment out of order costs besides its bytes, which counts among these. */
  readonly segmentCost: number;
  /** Bytes that a decoder may hold back in one direction. */
  readonly unconsumedBytes: number;
  /**
   * How long a hole is waited for: packets of its connection once the receiver has acknowledged the
   * bytes behind it (they did arrive there, so no retransmission will come), and seconds of packet time.
   */
  readonly gapPackets: number;
  readonly gapSeconds: number;
  /** Seconds in which nothing comes, after which a connection is put to sleep (idle.ts). */
  readonly idleSeconds: number;
}

export const DEFAULT_LIMITS: StreamLimits = {
  flows: 65536,
  queuedBytes: 4 << 20,
  queuedSegments: 4096,
  totalBytes: 128 << 20,
  segmentCost: 320,
  unconsumedBytes: 4 << 20,
  gapPackets: 64,
  gapSeconds: 2,
  idleSeconds: 2,
};

/** Plain numbers, written by one decoder; observe/ says what each is called outside. */
export interface StreamCounters {
  flowsNew: number;
  flowsClosed: number;
  flowsEvicted: number;
  /** Connections whose start was not seen. */
  flowsMidstream: number;
  /** Connections of no known protocol. */
  flowsUnknown: number;
  /** Connections that were recognised and can't be decoded. */
  flowsEncrypted: number;
  /** Connections of which only one direction was seen. */
  flowsAsymmetric: number;
  retransmittedBytes: number;
  outOfOrderSegments: number;
  differingBytes: number;
  gaps: number;
  gapBytes: number;
  /** Payload bytes that the snapshot length cut off. */
  cutBytes: number;
  /** Exceptions that a decoder threw: bugs, survived. */
  decoderFaults: number;
}

export function newStreamCounters(): StreamCounters {
  return {
    flowsNew: 0,
    flowsClosed: 0,
    flowsEvicted: 0,
    flowsMidstream: 0,
    flowsUnknown: 0,
    flowsEncrypted: 0,
    flowsAsymmetric: 0,
    retransmittedBytes: 0,
    outOfOrderSegments: 0,
    differingBytes: 0,
    gaps: 0,
    gapBytes: 0,
    cutBytes: 0,
    decoderFaults: 0,
  };
}
