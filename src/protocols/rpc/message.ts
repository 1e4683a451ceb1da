/** What a record is: a call, a reply, or neither. */

import type { Fields } from './describer.js';
import type { Call } from './pending-calls.js';

export interface Reply {
  readonly xid: number;
  /** There is a doubted call with its xid, and this is no reply to it. */
  readonly unlike: boolean;
  readonly accepted: boolean;
  readonly status: number;
  readonly authStatus: number;
  /** The versions that the server has, where that is what it says. */
  readonly mismatch: { low: number; high: number } | undefined;
  readonly verifier: Fields | undefined;
  response: Fields | undefined;
  /** Bytes of data behind the struct; undefined where its end was not seen. */
  dataBytes: number | undefined;
  payload: Fields | undefined;
  truncated: boolean;
  reason: string;
}

/** A record that is neither a call nor a reply that can be read. */
export interface Broken {
  /** Why; empty: its header was not seen. */
  readonly reason: string;
}

export type Message =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'broken'; readonly broken: Broken };

/** A part of the message was not seen. */
export function cut(message: Message): void {
  if (message.kind === 'call') message.call.truncated = true;
  else if (message.kind === 'reply') message.reply.truncated = true;
}
