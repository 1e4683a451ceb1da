/** The head of a line, of which most is cached by dataset, action and outcome. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linePrefix, putRecordHead } from '../../src/lines/record-head.js';
import { written } from './written-text.js';

test('more actions than are cached keep their own names', () => {
  for (let n = 0; n < 5000; n++) {
    const action = `a"${n % 3000}`;
    const time = { seconds: 1_700_000_000, nanoseconds: n };
    const head = written((out) =>
      putRecordHead(out, linePrefix(''), time, {
        level: 'info',
        message: '',
        seconds: 0,
        nanoseconds: 0,
        packet: 0,
        replyPacket: 0,
        dataset: 'gearman.admin',
        action,
        outcome: 'failure',
        sections: {},
      }),
    );
    assert.deepEqual(JSON.parse(`{${head.slice(1)}}`), {
      '@timestamp': `2023-11-14T22:13:20.${String(n).padStart(9, '0')}Z`,
      event: { dataset: 'gearman.admin', action, outcome: 'failure' },
    });
  }
});
