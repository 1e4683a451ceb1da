/**
 * A record before it is a line. Protocols fill one of these; records/line.ts adds what the flow knows
 * (source, destination, network) and writes it through pino.
 */
import type { Dataset } from './datasets.js';

export type Level = 'info' | 'warn' | 'error';

/** event.outcome of the Elastic Common Schema. */
export type EventOutcome = 'success' | 'failure' | 'unknown';

export interface RecordBody {
  level: Level;
  /** A sentence for people. */
  message: string;
  /** Time of the packet that completed the message (of the call, in a line for a call). */
  seconds: number;
  nanoseconds: number;
  /** Number of that packet; 0 when live. */
  packet: number;
  /** Number of the packet that completed the reply, in a line for a call; 0 when live or no such. */
  replyPacket: number;
  dataset: Dataset;
  action: string;
  outcome?: EventOutcome | undefined;
  /** Nanoseconds from call to reply. */
  duration?: number | undefined;
  /** Nanoseconds that it has waited for what did not come yet. */
  age?: number | undefined;
  /** A failure of normal operation, such as that of a search for a file that is not there. */
  expected?: boolean | undefined;
  /** What tells calls of a connection apart, the same for all records of a call; undefined: it is one of none. */
  callKey?: number | undefined;
  /** The sections of the record by their name, in the order in which they are written. */
  sections: Sections;
}

export type Json = string | number | bigint | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Each protocol names its own (protocols/module.ts). */
export interface Sections {
  rpc?: RpcSection | undefined;
  [name: string]: JsonObject | undefined;
}

/** All that is known of an RPC message, in the order in which it is written. (A type, so that it is a JsonObject too.) */
export type RpcSection = {
  readonly type: 'call' | 'reply' | undefined;
  readonly xid: number;
  readonly program: number | undefined;
  readonly version: number | undefined;
  readonly procedure: number | undefined;
  readonly method: string | undefined;
  readonly accept_status: string | undefined;
  readonly reject_status: string | undefined;
  readonly auth_status: string | undefined;
  readonly mismatch: { readonly low: number; readonly high: number } | undefined;
  readonly auth: JsonObject | undefined;
  readonly verifier: JsonObject | undefined;
  readonly retransmission: true | undefined;
  /** Bytes of data behind the struct. */
  readonly payload_bytes: number | undefined;
  /** Nanoseconds that a call has waited. */
  readonly age: number | undefined;
  /** The reply came after it was told that there is none. */
  readonly late: true | undefined;
};
