/** What the parent and the capture child of the cap engine say to each other beside the packets. */
import type { UserIds } from '../privileges.js';

/** The child's arguments, as JSON in argv[2]. */
export interface ChildOptions {
  readonly interface: string;
  readonly filter: string;
  readonly snaplen: number;
  readonly bufferBytes: number;
  /** Whom the process becomes once it is open. */
  readonly user: UserIds | undefined;
}

export type FromChild =
  | { readonly kind: 'open'; readonly linkType: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** The parent's only word: hand on what is there, and end. */
export type ToChild = 'stop';

/** The child's file descriptor for packets: records in the ring's layout. */
export const PACKETS_FD = 4;
