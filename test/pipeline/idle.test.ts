/** All lines are the same where connections sleep between any two of their packets, of both protocols and views. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Packet, readPackets } from '../faults/packets.js';
import { FEW_FLOWS } from '../helpers/connection.js';
import { newRandom } from '../helpers/random.js';
import { decodePackets } from './decode-packets.js';

const CAPTURES = ['gm-all', 'gm-many', 'gm-admin', 'g-fops-all', 'g-volume-admin', 'g-heal', 'x-strangers'];

/** A packet a second: with each one whatever has nothing under way falls asleep. */
const slowly = (packets: readonly Packet[]): Packet[] =>
  packets.map((packet, index) => ({ ...packet, seconds: 1_700_000_000 + index, nanoseconds: 5 }));

/** Of how many packets is one lost? */
const without = (packets: readonly Packet[], one: number): Packet[] => {
  const random = newRandom(one);
  return packets.filter(() => !random.chance(1 / one));
};

describe('connections that sleep', () => {
  for (const name of CAPTURES) {
    it(`of ${name} say the same`, async () => {
      const { linkType, packets } = await readPackets(name);
      const some = packets.slice(0, 3000);
      for (const sent of [some, without(some, 20), some.slice(some.length >> 1)]) {
        for (const view of ['calls', 'messages'] as const) {
          const [awake, asleep] = [Number.POSITIVE_INFINITY, 0].map((quietSeconds) =>
            decodePackets(linkType, slowly(sent), {
              view,
              limits: { ...FEW_FLOWS, idleSeconds: quietSeconds },
            }),
          );
          assert.ok(awake.lines.length > 0);
          assert.equal(asleep.text, awake.text);
        }
      }
    });
  }
});
