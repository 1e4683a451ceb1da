/** The RPC messages of a log in time order, each call with its reply. */
import type { Line } from '../helpers/wiretail.js';

export type Fields = { readonly [name: string]: unknown };

export interface Message {
  readonly line: Line;
  readonly dataset: string;
  readonly action: string;
  readonly type: 'call' | 'reply';
  readonly from: string;
  readonly to: string;
  readonly rpc: Fields;
  readonly gluster: Fields;
  /** Its index in time order. */
  readonly index: number;
  /** Of a call. */
  reply?: Message;
  /** Of a reply. */
  call?: Message;
}

const endpoint = (value: unknown) => {
  const { ip, port } = value as { ip: string; port: number };
  return `${ip}:${port}`;
};

/** An id that a call and its reply share. */
const idOf = ({ from, to, rpc, type }: Message) =>
  type === 'call' ? `${from} ${to} ${rpc.xid}` : `${to} ${from} ${rpc.xid}`;

export function messagesOf(lines: readonly Line[]): Message[] {
  const messages = lines
    .filter((line) => line.rpc !== undefined)
    // Each decoder thread writes its own lines; all times have the same number of digits.
    .sort((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : a['@timestamp'] > b['@timestamp'] ? 1 : 0))
    .map(
      (line, index): Message => ({
        line,
        dataset: line.event.dataset,
        action: line.event.action,
        type: (line.rpc as { type: 'call' | 'reply' }).type,
        from: endpoint(line.source),
        to: endpoint(line.destination),
        rpc: line.rpc as Fields,
        gluster: (line.gluster ?? {}) as Fields,
        index,
      }),
    );
  const open = new Map<string, Message>();
  for (const message of messages) {
    const id = idOf(message);
    if (message.type === 'call') {
      // A callback's xid is the server's own, and it has no reply.
      if (message.dataset !== 'gluster.callback') open.set(id, message);
      continue;
    }
    const call = open.get(id);
    if (call === undefined) continue;
    open.delete(id);
    call.reply = message;
    message.call = call;
  }
  return messages;
}

/** The messages by connection and direction: only within these the order is certain. */
export function byStream(messages: readonly Message[]): Map<string, Message[]> {
  const streams = new Map<string, Message[]>();
  for (const message of messages) {
    const name = `${message.from} ${message.to}`;
    const stream = streams.get(name);
    if (stream === undefined) streams.set(name, [message]);
    else stream.push(message);
  }
  return streams;
}
