import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrickRegistry } from '../../../src/protocols/gluster/cluster/brick-registry.js';
import { newContext } from '../../../src/protocols/gluster/context.js';
import type { AddressWords, KnownBrick } from '../../../src/protocols/protocol.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { client, exchange, file, id, ok, ROOT } from './calls.js';

const HOST: AddressWords = [0, 0, 0, 0x0a000001];
const MIDSTREAM = { fromStart: false };
const NODE1_BRICK = { volume: 'vol', brick: '/b1', brick_host: 'node1' };

const entry = (pargfid: string, bname: string) => ({ pargfid, bname });
const known = (port: number, path: string, addresses: readonly string[] | undefined): KnownBrick => ({
  ...{ port, path, addresses, volume: 'vol', host: 'node1' },
});
const identity = (brick: string) => ({
  'remote-subvolume': brick,
  'remote-host': 'node1',
  'volfile-key': '/vol',
});
const contextWith = (...bricks: KnownBrick[]) => newContext({ ...PROTOCOL_OPTIONS, bricks }, HOST_HOOKS);

test('a midstream pickup takes its brick from glusterd’s files, by port and address', () => {
  const seenWith = (brick: KnownBrick, at: object) => client(contextWith(brick), at).fieldsOf(id(9));
  assert.deepEqual(seenWith(known(49152, '/b1', ['10.0.0.1']), MIDSTREAM), NODE1_BRICK);
  assert.deepEqual(seenWith(known(49152, '/b1', undefined), MIDSTREAM), NODE1_BRICK);
  assert.deepEqual(seenWith(known(49152, '/b1', ['10.0.0.9', '::1']), MIDSTREAM), {});
  assert.deepEqual(seenWith(known(49153, '/b1', undefined), MIDSTREAM), {});
  // A connection captured from its start has no brick without a SETVOLUME.
  assert.deepEqual(seenWith(known(49152, '/b1', undefined), {}), {});
  const ipv6 = { ...MIDSTREAM, ipVersion: 6, server: [0x20010db8, 0, 0, 1] as const };
  assert.deepEqual(seenWith(known(49152, '/b1', ['2001:db8::1']), ipv6), NODE1_BRICK);
});

test('a midstream pickup takes its brick from another client’s SETVOLUME', () => {
  const context = contextWith();
  const midstream = client(context, MIDSTREAM);
  assert.deepEqual(midstream.fieldsOf(id(9)), {});
  client(context).identify(identity('/b1'));
  assert.deepEqual(midstream.fieldsOf(id(9)), NODE1_BRICK);
  assert.deepEqual(client(context, { ...MIDSTREAM, serverPort: 49153 }).fieldsOf(id(9)), {});
});

test('a midstream pickup takes its brick from the port mapper: a query’s reply, or the brick’s SIGNIN', () => {
  const context = contextWith();
  const glusterd = client(context, { serverPort: 24007 });
  const answer = { response: { ...ok, status: 0, port: 49152 } };
  glusterd.describer.describe(exchange('PORTBYBRICK', { brick: '/b1' }, answer, 'portmap'), 'both');
  assert.deepEqual(client(context, MIDSTREAM).fieldsOf(id(9)), { brick: '/b1' });
  const brick = client(context, { serverPort: 24007, client: HOST, server: [0, 0, 0, 0x0a000063] });
  const signIn = exchange('SIGNIN', { brick: '/b3', port: 49160 }, { response: ok }, 'portmap');
  brick.describer.describe(signIn, 'both');
  assert.deepEqual(client(context, { ...MIDSTREAM, serverPort: 49160 }).fieldsOf(id(9)), { brick: '/b3' });
  for (const response of [
    { ...ok, port: 0 },
    { ...ok, port: 70000 },
    { op_ret: -1, op_errno: 2, port: 49170 },
  ]) {
    const query = exchange('PORTBYBRICK', { brick: '/b4' }, { response }, 'portmap');
    glusterd.describer.describe(query, 'both');
    assert.deepEqual(client(context, { ...MIDSTREAM, serverPort: 49170 }).fieldsOf(id(9)), {});
  }
});

test('with several bricks on a port, only clients with a SETVOLUME have a brick and record its names', () => {
  const context = contextWith();
  const [first, second, midstream] = [client(context), client(context), client(context, MIDSTREAM)];
  first.identify(identity('/b1'));
  first.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  assert.deepEqual(midstream.fieldsOf(id(2)), { ...NODE1_BRICK, path: '/f' });
  second.identify(identity('/b2'));
  // Before, the midstream pickup was attributed to the first brick.
  assert.deepEqual(midstream.fieldsOf(id(2)), {});
  assert.deepEqual(first.fieldsOf(id(2)), { ...NODE1_BRICK, path: '/f', path_before_gap: true });
  assert.deepEqual(second.fieldsOf(id(2)), { ...NODE1_BRICK, brick: '/b2' });
  first.callAndReply('LOOKUP', entry(ROOT, 'f'), { ...ok, prestat: file(2) });
  second.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(3) });
  assert.equal(first.path(id(2)), '/f');
  assert.equal(second.path(id(3)), '/f');
  // A change on an unknown brick makes the name unknown on both.
  midstream.callAndReply('MKDIR', entry(ROOT, 'f'), { op_ret: -1, op_errno: 17 });
  midstream.callAndReply('UNLINK', entry(ROOT, 'f'), { op_ret: -1, op_errno: 13 });
  assert.equal(first.path(id(2)), '/f');
  midstream.callAndReply('UNLINK', entry(ROOT, 'f'), ok);
  assert.equal(first.path(id(2)), undefined);
  assert.equal(second.path(id(3)), undefined);
  const bothKnown = contextWith(known(49152, '/b1', undefined), known(49152, '/b2', undefined));
  assert.deepEqual(client(bothKnown, MIDSTREAM).fieldsOf(id(2)), {});
});

test('names observed before the brick was identified stay', () => {
  const context = contextWith();
  const midstream = client(context, MIDSTREAM);
  midstream.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  const identified = client(context);
  identified.identify(identity('/b1'));
  assert.equal(identified.path(id(2)), '/f');
  identified.callAndReply('UNLINK', entry(ROOT, 'f'), ok);
  assert.equal(midstream.path(id(2)), undefined);
});

test('a port that moves to another brick shows none of the first brick’s names', () => {
  const context = contextWith(known(49152, '/b1', undefined));
  const before = client(context, MIDSTREAM);
  before.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  const after = client(context);
  after.identify(identity('/b2'));
  assert.equal(after.path(id(2)), undefined);
  assert.deepEqual(client(context, MIDSTREAM).fieldsOf(id(2)), {});
});

test('endpoints and tables are bounded, and an endpoint with a table is never evicted', () => {
  const registry = new BrickRegistry([], () => {});
  const endpointAt = (server: AddressWords, serverPort: number) =>
    registry.endpointOf({ ...ADDRESSES, server, serverPort, clientPort: 49151, fromStart: true });
  const withTable = endpointAt(HOST, 1);
  assert.equal(registry.tableOf(withTable, '/b'), 1);
  const withoutTable = endpointAt(HOST, 2);
  const nth = (n: number) => endpointAt([0, 0, 0, n], 3);
  for (let n = 1; n <= 66000; n++) nth(n);
  assert.equal(withTable.isEvicted, false);
  assert.equal(endpointAt(HOST, 1), withTable);
  assert.equal(withoutTable.isEvicted, true);
  assert.notEqual(endpointAt(HOST, 2), withoutTable);
  let last = 0;
  let tables = 1;
  for (let n = 1; n <= 66000; n++) {
    last = registry.tableOf(nth(n), '/b');
    tables = Math.max(tables, last);
  }
  assert.equal(last, 0);
  assert.equal(tables, 65535);
  assert.equal(registry.tableOf(withTable, 'b'.repeat(2000)), 0);
});
