/**
 * A single lost packet: only messages that it carried may be missing, and at most one later message in its direction,
 * where the decoder resynchronises.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CAPTURES } from './captures.js';
import { judge, type Reference, reference } from './judge.js';
import { clearLineCache, type Message } from './messages.js';
import { type Packet, readPackets } from './packets.js';
import { type Run, run } from './run.js';
import { printTable } from './table.js';

/** Packets decoded in all runs of a capture; its connections are decoded one by one. */
const DECODED = 100_000;

interface Conversation {
  readonly packets: readonly Packet[];
  readonly whole: Reference;
}

/** The connections of a capture, by their endpoints. */
function conversations(linkType: number, packets: readonly Packet[]): Map<string, Conversation> {
  const byConnection = new Map<string, Packet[]>();
  for (const packet of packets) {
    const list = byConnection.get(packet.connection);
    if (list === undefined) byConnection.set(packet.connection, [packet]);
    else list.push(packet);
  }
  return new Map(
    [...byConnection].map(([key, list]) => [key, { packets: list, whole: reference(run(linkType, list)) }]),
  );
}

/** The packet of this direction that completed the message; 0: none. */
function completedBy(message: Message, packet: Packet): number {
  if (message.flow === packet.flow) return message.packet;
  return message.isText && !packet.toServer ? message.replyPacket : 0;
}

/** Whether the capture ends within a message of the last packet's direction. */
function endsWithin({ messages, anomalies }: Run, { flow, toServer }: Packet): boolean {
  return (
    anomalies.some((anomaly) => anomaly.flow === flow && anomaly.action === 'truncated') ||
    messages.some((message) => message.truncated && (message.flow === flow || (message.isText && !toServer)))
  );
}

/** Text commands of gearmand's text.cc. */
const KNOWN = new Set(
  'status,prioritystatus,workers,show jobs,cancel job,create function,drop function,maxqueue,version,verbose,getpid,shutdown'.split(
    ',',
  ),
);

/** Whether it is recognised after a gap, where any other text may be part of a payload. */
function isRecognised({ isText, action }: Message): boolean {
  return !isText || KNOWN.has(action);
}

/** Messages that may be missing without the packet. The last one that it carried may end in a later packet. */
function mayBeMissing({ packets, whole }: Conversation, linkType: number, lost: Packet): Message[] {
  if (lost.payload === 0) return [];
  const upTo = run(linkType, packets.slice(0, packets.indexOf(lost) + 1));
  let remaining = endsWithin(upTo, lost) ? 2 : 1;
  const ends = (message: Message) => completedBy(message, lost);
  const carried = whole.messages.filter((message) => ends(message) === lost.number);
  const later = whole.messages
    .filter((message) => ends(message) > lost.number)
    .sort((a, b) => ends(a) - ends(b))
    .filter((message) => remaining > 0 && (!isRecognised(message) || remaining-- > 0));
  return [...carried, ...later];
}

/** The keys of `messages` without those of `others`, counting duplicates. */
function without(messages: readonly Message[], others: readonly Message[]): string[] {
  const left = messages.map(({ key }) => key);
  for (const { key } of others) {
    const at = left.indexOf(key);
    if (at !== -1) left.splice(at, 1);
  }
  return left;
}

const rows = new Map([
  ['packets', [] as string[]],
  ['lost in turn', [] as string[]],
  ['messages missing, in all', [] as string[]],
  ['messages missing, at most', [] as string[]],
]);
const add = (row: string, value: number) => rows.get(row)?.push(String(value));

for (const name of CAPTURES) {
  test(`a single packet lost from ${name} costs its own messages and at most the next`, async () => {
    clearLineCache();
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
      const remaining = run(
        linkType,
        conversation.packets.filter((packet) => packet !== lost),
      );
      const { found, wrong } = judge(conversation.whole, remaining);
      assert.deepEqual(wrong, [], `without packet ${lost.number}`);
      const missing = conversation.whole.messages.filter((message) => !found.has(message));
      tried++;
      missed += missing.length;
      most = Math.max(most, missing.length);
      if (missing.length === 0) continue;
      const unexpected = without(missing, mayBeMissing(conversation, linkType, lost));
      assert.deepEqual(unexpected, [], `without packet ${lost.number}`);
    }
    add('packets', packets.length);
    add('lost in turn', tried);
    add('messages missing, in all', missed);
    add('messages missing, at most', most);
  });
}

after(() => process.stdout.write(`${printTable('a lost packet', CAPTURES, rows).join('\n')}\n`));
