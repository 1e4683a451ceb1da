/** What a decoder thread has counted of its streams; observe/ has the names of the metrics. */
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
  truncatedBytes: number;
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
    truncatedBytes: 0,
    decoderFaults: 0,
  };
}
