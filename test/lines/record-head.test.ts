import assert from 'node:assert/strict';
import test from 'node:test';
import { linePrefix, putRecordHead, putRpcSection } from '../../src/lines/record-head.js';
import type { RpcSection } from '../../src/records/record.js';
import { newRandom } from '../helpers/random.js';
import { written } from './written-text.js';

test('the rpc section is what JSON.stringify makes of it, whatever is there of it', () => {
  const random = newRandom(1);
  const some = <T>(value: T): T | undefined => (random.chance(0.5) ? value : undefined);
  for (let n = 0; n < 2000; n++) {
    const program = some(random.between(0, 2 ** 32 - 1));
    const rpc: RpcSection = {
      type: some(random.pick(['call', 'reply'] as const)),
      xid: random.between(0, 2 ** 32 - 1),
      program,
      version: program === undefined ? undefined : random.between(0, 500),
      procedure: program === undefined ? undefined : random.between(0, 500),
      method: some(random.pick(['LOOKUP', 'a "b"', 'c\\d\n', '\ud800'])),
      accept_status: some('SUCCESS'),
      reject_status: some('AUTH_ERROR'),
      auth_status: some('AUTH_BADCRED'),
      mismatch: some({ low: 1, high: 2 }),
      auth: some({ flavor: 1, machname: '"', groups: [1, 2] }),
      verifier: some({ flavor: 2, raw: '00' }),
      retransmission: some(true),
      payload_bytes: some(random.between(0, 1 << 20)),
      age: some(random.between(0, 1e12)),
      late: some(true),
    };
    assert.equal(
      written((out) => putRpcSection(out, rpc)),
      `,"rpc":${JSON.stringify({ ...rpc, method: rpc.method?.toWellFormed() })}`,
    );
  }
});

test('names are remembered, not mixed up, and not without end', () => {
  for (let n = 0; n < 5000; n++) {
    const action = `a"${n % 3000}`;
    const head = written((out) =>
      putRecordHead(out, linePrefix(''), {
        level: 'info',
        message: '',
        seconds: 1_700_000_000,
        nanoseconds: n,
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
