/** A decoded record: a call, a reply, or neither. */
import type { Fields } from './describer.js';
import type { Call } from './pending-calls.js';

export interface Reply {
  readonly xid: number;
  /** The body is no reply to the tentative call with this xid. */
  readonly contradictsCall: boolean;
  readonly accepted: boolean;
  readonly status: number;
  readonly authStatus: number;
  /** The versions that the server supports, if the reply gives them. */
  readonly mismatch: { low: number; high: number } | undefined;
  readonly verifier: Fields | undefined;
  response: Fields | undefined;
  /** Bytes of data behind the struct; undefined if the end of the struct was not captured. */
  dataBytes: number | undefined;
  payload: Fields | undefined;
  truncated: boolean;
  /** Why it is malformed; empty: it is well-formed. */
  reason: string;
}

export type Message =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** `reason`: why it cannot be parsed; empty: its header was not captured. */
  | { readonly kind: 'unparsable'; readonly reason: string };

/** Part of the message was not captured. */
export function markMessageTruncated(message: Message): void {
  if (message.kind === 'call') message.call.truncated = true;
  else if (message.kind === 'reply') message.reply.truncated = true;
}

export function carriesData(message: Message): boolean {
  if (message.kind === 'call') return message.call.dataBytes !== undefined;
  return message.kind === 'reply' && message.reply.dataBytes !== undefined;
}
