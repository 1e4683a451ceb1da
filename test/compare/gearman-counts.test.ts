/** Packets by type, and lines of the text protocol, compared with the counts of an independent decoder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureNames } from '../helpers/captures.js';
import { readLines } from './read.js';

/**
 * By capture: "type:count ...", the number of packets, and the number of text lines to the server. In gm-all and
 * gm-split-odd two connections end at a bad magic; later bytes are not counted.
 */
const COUNTS: Readonly<Record<string, readonly [types: string, packets: number, lines: number]>> = {
  'gm-basic': ['1:3 4:18 6:16 7:10 8:16 10:18 13:26 14:2 18:2 21:1 31:16 32:1 33:1 34:1 39:34', 165, 1],
  'gm-all': [
    '1:3 2:1 3:1 4:2 5:1 6:2 7:4 8:16 9:5 10:3 11:4 12:8 13:10 14:3 15:6 16:2 17:2 18:4 19:19 20:7 21:1 ' +
      '22:1 23:1 24:1 25:2 26:2 27:2 28:4 29:4 30:3 31:5 32:1 33:1 34:1 35:1 36:2 37:1 38:1 39:3 40:3 ' +
      '41:2 42:3 43:1 99:1',
    150,
    0,
  ],
  'gm-admin': ['1:2 8:7 16:1 17:1 18:5 22:1 32:1 34:1', 19, 48],
  'gm-many': ['4:37 6:17 1:20 7:667 8:2000 10:37 13:4000 21:667 22:20 30:2037 31:2000 33:666', 12168, 0],
  // The packets of gm-all, segmented at odd positions.
  get 'gm-split-odd'() {
    return COUNTS['gm-all'];
  },
};

test('every Gearman capture has counts', () => {
  assert.deepEqual(Object.keys(COUNTS).sort(), captureNames('gm-'));
});

for (const [name, [types, packets, lines]] of Object.entries(COUNTS)) {
  test(`${name}: packets by type and text lines`, async () => {
    const records = await readLines(name, '--view', 'messages');
    const counted = new Map<number, number>();
    for (const { event, gearman } of records) {
      if (event.dataset !== 'gearman.packet') continue;
      const type = Number(gearman?.type_id);
      counted.set(type, (counted.get(type) ?? 0) + 1);
    }
    const expected = types.split(' ').map((pair) => pair.split(':').map(Number) as [number, number]);
    const byType = (list: Iterable<[number, number]>) => [...list].sort(([a], [b]) => a - b);
    assert.deepEqual(byType(counted), byType(expected));
    const sum = [...counted.values()].reduce((all, count) => all + count, 0);
    assert.equal(sum, packets);
    assert.equal(records.filter(({ event }) => event.dataset === 'gearman.admin').length, lines);
  });
}
