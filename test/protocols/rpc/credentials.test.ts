/** Cached credentials: the cache never returns the wrong one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
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

/** Reads a flavor and a counted credential from bytes that are overwritten afterwards, as those of the ring are. */
function read(reader: ReadCredential, credential: Uint8Array) {
  const bytes = new Uint8Array(credential);
  const view = new DataView(bytes.buffer);
  const fields = reader(view.getUint32(0), bytes, 8, 8 + view.getUint32(4));
  const shown = structuredClone(fields);
  bytes.fill(0xff);
  return { fields, shown };
}

test('a cache reads a credential like an empty cache, whatever it has read before', () => {
  const random = newRandom(5);
  const all = Array.from({ length: 2000 }, (_, i) => {
    const pid = random.pick([-3, -1, i, 7]);
    const credential = random.pick([
      authV3(pid),
      authV2(pid),
      authSys(pid >>> 0, i, [1, i]),
      authV3(7, Buffer.of(i)),
    ]);
    // Any byte behind the flavor and the length.
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

test('a credential with another ctime is the same', () => {
  const reader = fresh();
  const earlier = authV3(4242);
  const later = Buffer.from(earlier);
  for (let at = 8 + 12; at < 8 + 28; at++) later[at] ^= 0x55;
  assert.equal(read(reader, earlier).fields, read(reader, later).fields);
});

test('a credential that cannot be decoded is shown with its own ctime', () => {
  const reader = fresh();
  const earlier = authV3(4242).subarray(0, 8 + 32);
  earlier.writeUInt32BE(32, 4);
  const later = Buffer.from(earlier);
  later[8 + 13] ^= 1;
  assert.notEqual(read(reader, earlier).shown.raw, read(reader, later).shown.raw);
});
