/** Limits on the lines about a connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGES } from '../../src/observe/counters.js';
import { Counter } from '../../src/records/counters.js';
import { readPackets } from '../faults/packets.js';
import { decodePackets, type Line } from './decode-packets.js';

const many = await readPackets('gm-many');

const actions = (lines: readonly Line[], action: string) =>
  lines.filter(({ event }) => event.action === action);

/** The number of lines of each connection. */
function countByConnection(lines: readonly Line[]): number[] {
  const counts = new Map<string, number>();
  for (const { network } of lines) {
    counts.set(network.community_id, (counts.get(network.community_id) ?? 0) + 1);
  }
  return [...counts.values()];
}

test('anomalies of a connection beyond ten a minute are counted, not written', () => {
  const { counters, lines } = decodePackets(many.linkType, many.packets, { snaplen: 96 });
  const anomalies = lines.filter(({ event }) => event.dataset === 'wiretail.anomaly');
  assert.ok(actions(anomalies, 'gap').length > 20);
  assert.ok(actions(anomalies, 'resync').length > 20);
  // The capture lasts less than a minute, but may start in one minute and end in the next.
  assert.ok(Math.max(...countByConnection(anomalies)) <= 20);
  assert.equal(counters[Counter.anomalies_written], anomalies.length);
  assert.equal(counters[MESSAGES['wiretail.anomaly']], anomalies.length);
  assert.ok(counters[Counter.anomalies_suppressed] > 1000);
});

for (const toServer of [true, false]) {
  test(`an asymmetric flow toward the ${toServer ? 'server' : 'client'} is reported once`, () => {
    const packets = many.packets.filter((packet) => packet.toServer === toServer);
    const { counters, lines } = decodePackets(many.linkType, packets);
    const reported = actions(lines, 'asymmetric');
    assert.equal(reported.length, counters[Counter.flows_new]);
    assert.equal(counters[Counter.flows_asymmetric], reported.length);
    assert.deepEqual([...new Set(countByConnection(reported))], [1]);
    assert.equal(actions(lines, 'evicted').length, 0);
    assert.equal(actions(lines, 'gap').length, 0);
    assert.ok(counters[MESSAGES['gearman.packet']] > 5000);
  });
}
