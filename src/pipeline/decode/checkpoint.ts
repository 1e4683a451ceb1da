/**
 * Decoder checkpoint: what a restarted decoder continues from. Numbers in shared memory, which the decoder's thread reads
 * and writes for each packet (accessors of an object cost 0.2 us a packet).
 */
export const CheckpointWord = {
  /** The LINKTYPE_ of the packets that follow. */
  linkType: 0,
  /** Packets of the current file so far. */
  packet: 1,
} as const;

/** Indexed by CheckpointWord. */
export type Checkpoint = Float64Array;

export const CHECKPOINT_BYTES = 8 * Object.keys(CheckpointWord).length;
