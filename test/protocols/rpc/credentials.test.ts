/** Credentials that come again: what is kept of them never shows in another one's place. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { gfx_iattx, gfx_mdata_iatt } from '../../../src/protocols/gluster/programs/structs.js';
import { interpretKnownKey } from '../../../src/protocols/gluster/projection/known-keys.js';
import { summaryFields, summaryKeys } from '../../../src/protocols/gluster/projection/summary-fields.js';
import { newCredentials, type ReadCredential } from '../../../src/protocols/rpc/credentials.js';
import { newCompiler } from '../../../src/protocols/rpc/xdr/compile.js';
import { newRandom } from '../../helpers/random.js';
import { authSys, authV2, authV3 } from './rpc-bytes.js';

const compile = newCompiler({
  summaryFields,
  summaryKeys,
  interpretValue: interpretKnownKey,
  iatt: gfx_iattx,
  mdata: gfx_mdata_iatt,
});
const clientName = (pid: number) => (pid === -3 ? 'rebalance' : undefined);
const fresh = () => newCredentials(compile, 'brief', clientName);

/** A flavor and a counted credential, from bytes that are written over afterwards, as the ring's are. */
function read(reader: ReadCredential, credential: Uint8Array) {
  const bytes = new Uint8Array(credential);
  const view = new DataView(bytes.buffer);
  const fields = reader(view.getUint32(0), bytes, 8, 8 + view.getUint32(4));
  const shown = structuredClone(fields);
  bytes.fill(0xff);
  return { fields, shown };
}

test('whatever came before, a credential is read as by one that has seen none', () => {
  const random = newRandom(5);
  const all = Array.from({ length: 2000 }, (_, i) => {
    const pid = random.pick([-3, -1, i, 7]);
    const credential = random.pick([
      authV3(pid),
      authV2(pid),
      authSys(pid >>> 0, i, [1, i]),
      authV3(7, Buffer.of(i)),
    ]);
    // Any byte of it, but for the flavor and the length.
    const changed = Buffer.from(credential);
    if (random.chance(0.5)) changed[random.between(8, changed.length - 1)] ^= 1 << random.between(0, 7);
    return changed;
  });
  const reader = fresh();
  for (let n = 0; n < 20_000; n++) {
    const credential = random.pick(all);
    assert.deepEqual(read(reader, credential).fields, read(fresh(), credential).shown);
  }
});

test('another time alone is no other credential', () => {
  const reader = fresh();
  const one = authV3(4242);
  const later = Buffer.from(one);
  for (let at = 8 + 12; at < 8 + 28; at++) later[at] ^= 0x55;
  assert.equal(read(reader, one).fields, read(reader, later).fields);
});

test('what can not be decoded is shown with its own time', () => {
  const reader = fresh();
  const one = authV3(4242).subarray(0, 8 + 32);
  one.writeUInt32BE(32, 4);
  const later = Buffer.from(one);
  later[8 + 13] ^= 1;
  assert.notEqual(read(reader, one).shown.raw, read(reader, later).shown.raw);
});
