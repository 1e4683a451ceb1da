/** Bounds on what streams may buffer. */
export interface StreamLimits {
  /** Connections followed at once; the least recently used is evicted first. */
  readonly flows: number;
  /** Bytes that may be queued out of order in one direction. */
  readonly queuedBytes: number;
  /** Segments that may be queued out of order in one direction. */
  readonly queuedSegments: number;
  /** Bytes that all connections together may buffer: queued segments with their cost, and unconsumed bytes. */
  readonly totalBytes: number;
  /** Memory of a queued segment in addition to its bytes. */
  readonly segmentCost: number;
  /** Bytes that a decoder may leave unconsumed in one direction. */
  readonly unconsumedBytes: number;
  /**
   * The gap timeout: in packets of the connection after the receiver has acknowledged the missing bytes (they will not
   * be retransmitted), and in seconds of packet time.
   */
  readonly gapPackets: number;
  readonly gapSeconds: number;
  /** Seconds without a packet after which a connection is suspended (idle.ts). */
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
