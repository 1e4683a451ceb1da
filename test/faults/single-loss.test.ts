/**
 * One packet is lost: what it carried is missing, in whole or in part, and at most one message behind it
 * in its direction, from which the place is found again.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CAPTURES } from './captures.js';
import { judge, type Reference, reference } from './judge.js';
import { forgetLines, type Message } from './messages.js';
import { type Packet, readPackets } from './packets.js';
import { type Run, run } from './run.js';
import { printTable } from './table.js';

/** Packets that one capture's runs may decode together: its connections are each decoded alone. */
const DECODED = 100_000;

interface Conversation {
  readonly packets: readonly Packet[];
  readonly whole: Reference;
}

/** The connections of a capture by their endpoints. */
function conversations(linkType: number, packets: readonly Packet[]): Map<string, Conversation> {
  const by = new Map<string, Packet[]>();
  for (const packet of packets) {
    const list = by.get(packet.connection);
    if (list === undefined) by.set(packet.connection, [packet]);
    else list.push(packet);
  }
  return new Map(
    [...by].map(([key, list]) => [key, { packets: list, whole: reference(run(linkType, list)) }]),
  );
}

/** The packet of this direction that completed the message's part in it; 0: it has none. */
function completedBy(message: Message, packet: Packet): number {
  if (message.flow === packet.flow) return message.packet;
  return message.isText && !packet.toServer ? message.replyPacket : 0;
}

/** Whether a connection that ends here ends within a message of the last packet's direction. */
function endsWithin({ messages, anomalies }: Run, { flow, toServer }: Packet): boolean {
  return (
    anomalies.some((anomaly) => anomaly.flow === flow && anomaly.action === 'truncated') ||
    messages.some((message) => message.truncated && (message.flow === flow || (message.isText && !toServer)))
  );
}

/** Text commands, and those whose response is in a form that nothing else has, by gearmand's text.cc. */
const KNOWN = new Set(
  'status,prioritystatus,workers,show jobs,cancel job,create function,drop function,maxqueue,version,verbose,getpid,shutdown'.split(
    ',',
  ),
);

/** Whether it can be told for what it is behind bytes that were lost, where any text may be a payload's. */
function isRecognised({ isText, action }: Message): boolean {
  return !isText || KNOWN.has(action);
}

/** What may be missing without the packet: of what it carried the last message may end in a later one. */
function expendable({ packets, whole }: Conversation, linkType: number, lost: Packet): Message[] {
  if (lost.payload === 0) return [];
  const upTo = run(linkType, packets.slice(0, packets.indexOf(lost) + 1));
  let behind = endsWithin(upTo, lost) ? 2 : 1;
  const ends = (message: Message) => completedBy(message, lost);
  const carried = whole.messages.filter((message) => ends(message) === lost.number);
  const later = whole.messages
    .filter((message) => ends(message) > lost.number)
    .sort((a, b) => ends(a) - ends(b))
    .filter((message) => behind > 0 && (!isRecognised(message) || behind-- > 0));
  return [...carried, ...later];
}

/** The keys of `messages` without those of `others`, each of which stands for one. */
function without(messages: readonly Message[], others: readonly Message[]): string[] {
  const left = messages.map(({ key }) => key);
  for (const { key } of others) {
    const at = left.indexOf(key);
    if (at !== -1) left.splice(at, 1);
  }
  return left;
}

describe('after a single lost packet', () => {
  const rows = new Map([
    ['packets', [] as string[]],
    ['each of them lost in turn', [] as string[]],
    ['messages missing, all', [] as string[]],
    ['messages missing, most', [] as string[]],
  ]);
  const add = (row: string, value: number) => rows.get(row)?.push(String(value));

  for (const name of CAPTURES) {
    it(`only what it carried and the message behind it may be missing: ${name}`, async () => {
      forgetLines();
      const { linkType, packets } = await readPackets(name);
      const all = conversations(linkType, packets);
      const cost = packets.reduce(
        (sum, { connection }) => sum + (all.get(connection)?.packets.length ?? 0) * 1.5,
        0,
      );
      const step = Math.max(1, Math.ceil(cost / DECODED));
      let tried = 0;
      let missed = 0;
      let most = 0;
      for (let at = 0; at < packets.length; at += step) {
        const lost = packets[at];
        const conversation = all.get(lost.connection);
        if (conversation === undefined || lost.connection === '') continue;
        const rest = run(
          linkType,
          conversation.packets.filter((packet) => packet !== lost),
        );
        const { there, wrong } = judge(conversation.whole, rest);
        assert.deepEqual(wrong, [], `without packet ${lost.number}`);
        const missing = conversation.whole.messages.filter((message) => !there.has(message));
        tried++;
        missed += missing.length;
        most = Math.max(most, missing.length);
        if (missing.length === 0) continue;
        const more = without(missing, expendable(conversation, linkType, lost));
        assert.deepEqual(more, [], `without packet ${lost.number}`);
      }
      add('packets', packets.length);
      add('each of them lost in turn', tried);
      add('messages missing, all', missed);
      add('messages missing, most', most);
    });
  }

  after(() => process.stdout.write(`${printTable('a lost packet', CAPTURES, rows).join('\n')}\n`));
});
