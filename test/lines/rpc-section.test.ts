/** The `rpc` section, which is written without JSON.stringify. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putRpcSection } from '../../src/lines/rpc-section.js';
import type { RpcSection } from '../../src/records/record.js';
import { newRandom } from '../helpers/random.js';
import { written } from './written-text.js';

test('the rpc section equals JSON.stringify for any combination of members', () => {
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
