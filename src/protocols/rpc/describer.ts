/**
 * What the RPC layer asks of those who know the programs (the room gluster/): which there are, and what a
 * call and its reply say to people. The RPC layer knows no program by itself.
 */
import type { Dataset } from '../../records/datasets.js';
import type { EventOutcome, Json } from '../../records/record.js';
import type { Connection } from '../protocol.js';
import type { Procedure, Program } from './program.js';

/** A struct as read, or a section of a record while it is being filled. */
export type Fields = { [name: string]: Json | undefined };

/** A call, its reply, or both. */
export interface Exchange {
  readonly program: Program;
  readonly procedure: Procedure;
  /**
   * The fields of the call's struct by their XDR names, all of them (`--detail full`) or those of
   * wanted.ts; a part of them where the rest was not seen. undefined: the call was not seen, carries
   * nothing, or could not be decoded.
   */
  readonly request: Fields | undefined;
  readonly response: Fields | undefined;
  /** All of the call's struct was seen, and it is the one that was answered. */
  readonly whole: boolean;
  /** The server's RPC layer has not let it through. */
  readonly refused: boolean;
  /** What `now` gave when the call came by; 0: that was earlier than it was read. */
  readonly began: number;
  /** What `asked` gave for the call. */
  readonly lock?: object | undefined;
  /** When this is told: when the reply was complete, or, without one, now. */
  readonly at?: { readonly seconds: number; readonly nanoseconds: number };
  /** Nanoseconds from the call to that. */
  readonly elapsed?: number | undefined;
}

/** A call, as it comes by. */
export interface ObservedCall {
  /** undefined: it is none that is known. */
  readonly program: Program | undefined;
  readonly procedure: Procedure | undefined;
  readonly request: Fields | undefined;
  readonly auth: Fields | undefined;
}

export interface Description {
  /** The `gluster` section, but for `request` and `response`. */
  readonly fields: Fields;
  /** What is asked: `WRITE <gfid:...> 128 KiB at 0`. */
  readonly subject: string;
  /** What came of it, `ok`, `ENOENT`, `-> 3 entries`; undefined for a call alone. */
  readonly result: string | undefined;
  /** undefined for a call alone. */
  readonly outcome: EventOutcome | undefined;
  /** Who was waited for: `, held by ...`, at the end of the sentence. */
  readonly holders?: string;
  /** It failed as such calls do in normal operation. */
  readonly expected?: boolean;
}

/** One for each connection: it may remember what the connection said of itself (SETVOLUME). */
export interface Describer {
  /** `messages` view: once for a call, once for its reply; `calls` view: once for both. */
  describe(exchange: Exchange, part: 'call' | 'reply' | 'both'): Description;
  /** A moment in the order of what was learned from replies. */
  now(): number;
  /** A call came by that will be answered: gives what is to be remembered of it until then (Exchange.lock). */
  onCall(call: ObservedCall, whole: boolean): object | undefined;
  /** The reply of a call will not be seen: it is not known what it did. */
  onReplyLost(procedure: Procedure, request: Fields | undefined, lock?: object): void;
  /** Bytes of the connection are missing so far, and may come yet; or none are any more. */
  onPendingGap(open: boolean): void;
  /** Calls may have gone by unseen. */
  onCallsLost(): void;
  /** Replies may have. */
  onRepliesLost(): void;
  /** What `describer` needs to go on from here later; undefined: more is under way than that can tell. */
  suspend?(): object | undefined;
  /** The connection is over. `sure`: it was ended, not only given up here. */
  onClose(sure: boolean): void;
}

/** All programs that are known. */
export interface Programs {
  /** Of this number and version. */
  find(number: number, version: number): Program | undefined;
  /** What lines about a program are about, in whatever version; undefined: no version of it is known. */
  dataset(number: number): Dataset | undefined;
  /** @param asleep what such a one has left, to go on from */
  describer(connection: Connection, asleep?: object): Describer;
  /** Who gives this process id in its credential, where that is no process's; undefined for an ordinary one. */
  clientName(pid: number): string | undefined;
}
