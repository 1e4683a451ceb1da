/**
 * Captures that are joined late, lost in part, repeated, reordered, cut and seen from one side: what is
 * decoded of them is never anything that the whole capture does not say, and not less than it was.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CAPTURES } from './captures.js';
import { DAMAGES } from './damage.js';
import { FLOORS } from './floors.js';
import { judge, type Reference, reference } from './judge.js';
import { forgetLines } from './messages.js';
import { type Packet, readPackets } from './packets.js';
import { run } from './run.js';
import { printTable } from './table.js';

/**
 * Messages that a copy may have: completed behind its first packet, in a direction that it has. What was begun
 * before it, and is completed in it, is among them.
 */
function possible(whole: Reference, packets: readonly Packet[]): number {
  const first = packets.reduce((least, { number }) => Math.min(least, number), Number.POSITIVE_INFINITY);
  const flows = new Set(packets.map(({ flow }) => flow));
  const backward = new Set([...flows].map((flow) => flow.split('>').reverse().join('>')));
  return whole.messages.filter(
    ({ isText, flow, packet, replyPacket }) =>
      (packet >= first && flows.has(flow)) || (isText && replyPacket >= first && backward.has(flow)),
  ).length;
}

describe('of a damaged capture', () => {
  const shares = new Map(DAMAGES.map(({ name }) => [name, [] as string[]]));
  const copies = new Map([
    ['copies by chance', [] as string[]],
    ['copies joined late', [] as string[]],
  ]);

  for (const name of CAPTURES) {
    it(`nothing wrong is decoded, and not less than before: ${name}`, async () => {
      forgetLines();
      const { linkType, packets } = await readPackets(name);
      const whole = reference(run(linkType, packets));
      assert.deepEqual(judge(whole, run(linkType, packets)).wrong, []);
      const below: string[] = [];
      for (const damage of DAMAGES) {
        const damaged = damage.copies(packets);
        let decoded = 0;
        let told = 0;
        let all = 0;
        damaged.forEach((copy, i) => {
          const judgement = judge(whole, run(linkType, copy));
          assert.deepEqual(judgement.wrong, [], `${damage.name}, copy ${i}`);
          decoded += judgement.decoded.length;
          told += judgement.told;
          all += possible(whole, copy);
        });
        const found = [(100 * decoded) / all, (100 * told) / all];
        const floor = FLOORS.get(damage.name)?.get(name);
        const least = floor?.split('/').map(Number);
        if (least === undefined || found.some((share, i) => share < least[i])) {
          below.push(`${damage.name}: ${found.join('/')}, it was ${floor}`);
        }
        shares.get(damage.name)?.push(found.map((share) => share.toFixed(1)).join('/'));
        if (damage.name === '1 % lost') copies.get('copies by chance')?.push(`${damaged.length}`);
        if (damage.name === 'joined late') copies.get('copies joined late')?.push(`${damaged.length}`);
      }
      assert.deepEqual(below, []);
    });
  }

  after(() => {
    const table = printTable('% decoded whole/told of', CAPTURES, new Map([...shares, ...copies]));
    process.stdout.write(`${table.join('\n')}\n`);
  });
});
