/** Bounds on what streams may buffer. */
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
