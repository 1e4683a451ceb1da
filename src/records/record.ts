/**
 * A record before it becomes a line. A protocol fills it; lines/line-writer.ts adds the connection's source, destination
 * and network and writes the line.
 */
import type { Dataset } from './datasets.js';

export type Level = 'info' | 'warn' | 'error';

/** event.outcome of the Elastic Common Schema. */
export type EventOutcome = 'success' | 'failure' | 'unknown';

export interface RecordBody {
  level: Level;
  /** A sentence for people. */
  message: string;
  /** Timestamp of the packet that completed the message; in a line for a call, of the call. */
  seconds: number;
  nanoseconds: number;
  /** Number of that packet; 0 in a live capture. */
  packet: number;
  /** In a line for a call, number of the packet that completed the reply; 0 if live, or without a reply. */
  replyPacket: number;
  dataset: Dataset;
  action: string;
  outcome?: EventOutcome | undefined;
  /** Nanoseconds from call to reply. */
  duration?: number | undefined;
  /** Nanoseconds that a call has waited for its reply, or a job for a worker. */
  age?: number | undefined;
  /** A failure that is part of normal operation, such as LOOKUP of a file that does not exist. */
  expected?: boolean | undefined;
  /** Identifies the call within its connection: all records of a call share it. undefined: no call. */
  callKey?: number | undefined;
  /** The sections of the record by name, in the order of the line. */
  sections: Sections;
}

export type Json = string | number | bigint | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Protocols name their own sections (protocols/module.ts). */
export interface Sections {
  rpc?: RpcSection | undefined;
  [name: string]: JsonObject | undefined;
}

/** An RPC message, in the order of the line. (A type, not an interface, so that it is assignable to JsonObject.) */
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
  /** Bytes of file data after the XDR struct. */
  readonly payload_bytes: number | undefined;
  /** Nanoseconds that the call has waited. */
  readonly age: number | undefined;
  /** The reply came after the call was reported as unanswered. */
  readonly late: true | undefined;
};
