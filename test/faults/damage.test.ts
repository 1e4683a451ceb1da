/**
 * Captures that start midstream, lose, repeat, reorder and truncate packets, or have one direction: nothing is decoded
 * that the whole capture does not have, and not less than the floors.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CAPTURES } from './captures.js';
import { DAMAGES } from './damage.js';
import { FLOORS } from './floors.js';
import { judge, type Reference, reference } from './judge.js';
import { clearLineCache } from './messages.js';
import { type Packet, readPackets } from './packets.js';
import { run } from './run.js';
import { printTable } from './table.js';

/** Messages that a copy can have at most: completed after its first packet, in a direction that it has. */
function countPossible(whole: Reference, packets: readonly Packet[]): number {
  const first = packets.reduce((least, { number }) => Math.min(least, number), Number.POSITIVE_INFINITY);
  const flows = new Set(packets.map(({ flow }) => flow));
  const backward = new Set([...flows].map((flow) => flow.split('>').reverse().join('>')));
  return whole.messages.filter(
    ({ isText, flow, packet, replyPacket }) =>
      (packet >= first && flows.has(flow)) || (isText && replyPacket >= first && backward.has(flow)),
  ).length;
}

const shares = new Map(DAMAGES.map(({ name }) => [name, [] as string[]]));
const copies = new Map([
  ['random copies', [] as string[]],
  ['midstream copies', [] as string[]],
]);

for (const name of CAPTURES) {
  test(`a damaged ${name} decodes nothing wrong, and no less than its floor`, async () => {
    clearLineCache();
    const { linkType, packets } = await readPackets(name);
    const whole = reference(run(linkType, packets));
    assert.deepEqual(judge(whole, run(linkType, packets)).wrong, []);
    const below: string[] = [];
    for (const damage of DAMAGES) {
      const damaged = damage.copies(packets);
      let decoded = 0;
      let partial = 0;
      let total = 0;
      damaged.forEach((copy, i) => {
        const judgement = judge(whole, run(linkType, copy));
        assert.deepEqual(judgement.wrong, [], `${damage.name}, copy ${i}`);
        decoded += judgement.decoded.length;
        partial += judgement.partial;
        total += countPossible(whole, copy);
      });
      const found = [(100 * decoded) / total, (100 * partial) / total];
      const floor = FLOORS.get(damage.name)?.get(name);
      const least = floor?.split('/').map(Number);
      if (least === undefined || found.some((share, i) => share < least[i])) {
        below.push(`${damage.name}: ${found.join('/')}, floor ${floor}`);
      }
      shares.get(damage.name)?.push(found.map((share) => share.toFixed(1)).join('/'));
      if (damage.name === '1 % lost') copies.get('random copies')?.push(`${damaged.length}`);
      if (damage.name === 'midstream') copies.get('midstream copies')?.push(`${damaged.length}`);
    }
    assert.deepEqual(below, []);
  });
}

after(() => {
  const table = printTable('% decoded in full/in part', CAPTURES, new Map([...shares, ...copies]));
  process.stdout.write(`${table.join('\n')}\n`);
});
