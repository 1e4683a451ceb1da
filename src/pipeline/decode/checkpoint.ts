/**
 * Where a decoder is: what one that takes its place goes on from. Numbers in shared memory, which the thread of a
 * decoder reads and writes for each packet (accessors of an object took 0.2 us for that).
 */
export const CheckpointWord = {
  /** The LINKTYPE_ of the packets that follow. */
  linkType: 0,
  /** Packets of this file so far. */
  packet: 1,
} as const;

/** Its numbers, by Place. */
export type Checkpoint = Float64Array;

export const CHECKPOINT_BYTES = 8 * Object.keys(CheckpointWord).length;
