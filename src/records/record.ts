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
  key?: number | undefined;
  /** The sections of the record by their name: gearman, rpc, gluster, wiretail, ... */
  sections: Sections;
}

export type Json = string | number | bigint | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export interface Sections {
  gearman?: JsonObject;
  rpc?: JsonObject;
  gluster?: JsonObject;
  wiretail?: JsonObject;
  tls?: JsonObject;
}
