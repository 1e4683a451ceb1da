/** Suspending connections between any two packets changes no line, for both protocols and views. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Packet, readPackets } from '../faults/packets.js';
import { FEW_FLOWS } from '../helpers/connection.js';
import { newRandom } from '../helpers/random.js';
import { decodePackets } from './decode-packets.js';

const CAPTURES = ['gm-all', 'gm-many', 'gm-admin', 'g-fops-all', 'g-volume-admin', 'g-heal', 'x-foreign'];

/** A packet a second: with each one, every connection without pending work is suspended. */
const slowly = (packets: readonly Packet[]): Packet[] =>
  packets.map((packet, index) => ({ ...packet, seconds: 1_700_000_000 + index, nanoseconds: 5 }));

/** Drops one of so many packets. */
const withLoss = (packets: readonly Packet[], oneOf: number): Packet[] => {
  const random = newRandom(oneOf);
  return packets.filter(() => !random.chance(1 / oneOf));
};

for (const name of CAPTURES) {
  test(`suspending the connections of ${name} changes no line`, async () => {
    const { linkType, packets } = await readPackets(name);
    const some = packets.slice(0, 3000);
    for (const sent of [some, withLoss(some, 20), some.slice(some.length >> 1)]) {
      for (const view of ['calls', 'messages'] as const) {
        const [active, suspended] = [Number.POSITIVE_INFINITY, 0].map((quietSeconds) =>
          decodePackets(linkType, slowly(sent), {
            view,
            limits: { ...FEW_FLOWS, idleSeconds: quietSeconds },
          }),
        );
        assert.ok(active.lines.length > 0);
        assert.equal(suspended.text, active.text);
      }
    }
  });
}
