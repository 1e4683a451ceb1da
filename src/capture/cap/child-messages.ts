/** The messages between the cap engine and its child process. Packets take a pipe of their own. */
import type { UserIds } from '../privileges.js';

/** The child's arguments, as JSON in argv[2]. */
export interface ChildOptions {
  readonly interface: string;
  readonly filter: string;
  readonly snaplen: number;
  readonly bufferBytes: number;
  /** The user that the child becomes once its interface is open. */
  readonly user: UserIds | undefined;
}

export type FromChild =
  | { readonly kind: 'open'; readonly linkType: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** The only message to the child: write the packets captured so far, then exit. */
export type ToChild = 'stop';

/** The child's file descriptor for packets: records in the ring's layout. */
export const PACKETS_FD = 4;
