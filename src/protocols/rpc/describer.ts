/**
 * The interface between the RPC layer and the layer of its programs (gluster/): the known programs, and the description
 * of calls and replies. The RPC layer itself knows no program.
 */
import type { Dataset } from '../../records/datasets.js';
import type { EventOutcome, Json } from '../../records/record.js';
import type { Connection } from '../protocol.js';
import type { Procedure, Program } from './program.js';

/** A decoded struct, or a section of a record while it is filled. */
export type Fields = { [name: string]: Json | undefined };

/** A call, its reply, or both. */
export interface Exchange {
  readonly program: Program;
  readonly procedure: Procedure;
  /**
   * The fields of the call's struct by their XDR names: all of them (`--detail full`), or the summary fields; some of
   * them if the struct is truncated. undefined: the call was not captured, has no struct, or could not be decoded.
   */
  readonly request: Fields | undefined;
  readonly response: Fields | undefined;
  /** The call's struct is complete, and the reply certainly answers this call. */
  readonly whole: boolean;
  /** The server's RPC layer did not pass the call to the program. */
  readonly refused: boolean;
  /** Describer.observationEpoch() when the call was captured; 0: unknown, since it was decoded out of order. */
  readonly epoch: number;
  /** The result of onCall() for the call. */
  readonly lock?: object | undefined;
  /** When the reply was complete; without a reply, the current packet's time. */
  readonly at?: { readonly seconds: number; readonly nanoseconds: number };
  /** Nanoseconds from the call to `at`. */
  readonly elapsed?: number | undefined;
}

/** A captured call. */
export interface ObservedCall {
  /** undefined: unknown. */
  readonly program: Program | undefined;
  readonly procedure: Procedure | undefined;
  readonly request: Fields | undefined;
  readonly auth: Fields | undefined;
}

export interface Description {
  /** The `gluster` section without `request` and `response`. */
  readonly fields: Fields;
  /** The request: `WRITE <gfid:...> 128 KiB at 0`. */
  readonly subject: string;
  /** The result: `ok`, `ENOENT`, `-> 3 entries`; undefined for a call alone. */
  readonly result: string | undefined;
  /** undefined for a call alone. */
  readonly outcome: EventOutcome | undefined;
  /** The holders of the lock that the call waited for: `, held by ...`, at the end of the sentence. */
  readonly holders?: string;
  /** The failure is common in normal operation. */
  readonly expected?: boolean;
}

/** One for each connection. It may keep state of the connection (SETVOLUME). */
export interface Describer {
  /** Called in the `messages` view for a call and again for its reply, in the `calls` view once for both. */
  describe(exchange: Exchange, part: 'call' | 'reply' | 'both'): Description;
  /** A number that grows with each path observation: orders calls and observations. */
  observationEpoch(): number;
  /** A call that expects a reply was captured. Returns the state to keep until then (Exchange.lock). */
  onCall(call: ObservedCall, whole: boolean): object | undefined;
  /** The reply of a call was lost: its outcome is unknown. */
  onReplyLost(procedure: Procedure, request: Fields | undefined, lock?: object): void;
  /** A gap of the connection becomes pending, or none is pending any more. */
  onPendingGap(pending: boolean): void;
  /** Calls may have been lost. */
  onCallsLost(): void;
  /** Replies may have been lost. */
  onRepliesLost(): void;
  /** Returns the state to be restored by Programs.describer(); undefined: the describer cannot be suspended now. */
  suspend?(): object | undefined;
  /** The connection is over. `closed`: by FIN or RST, not by eviction. */
  onClose(closed: boolean): void;
}

/** The known programs. */
export interface Programs {
  find(number: number, version: number): Program | undefined;
  /** The dataset of a program, whatever its version; undefined: no version of it is known. */
  dataset(number: number): Dataset | undefined;
  /** @param suspended the state to restore, from Describer.suspend() */
  describer(connection: Connection, suspended?: object): Describer;
  /** The internal client of GlusterFS that uses this special pid in its credential; undefined: an ordinary pid. */
  clientName(pid: number): string | undefined;
}
