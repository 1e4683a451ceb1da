import assert from 'node:assert/strict';
import test from 'node:test';
import { newBrickRegistry } from '../../../src/protocols/gluster/cluster/brick-registry.js';
import { newContext } from '../../../src/protocols/gluster/context.js';
import type { AddressWords, KnownBrick } from '../../../src/protocols/protocol.js';
import { ADDRESSES, OUTSIDE, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { client, exchange, file, id, ok, Root } from './calls.js';

const Host: AddressWords = [0, 0, 0, 0x0a000001];
const late = { fromStart: false };
const entry = (pargfid: string, bname: string) => ({ pargfid, bname });
const known = (port: number, path: string, addresses: readonly string[] | undefined): KnownBrick => ({
  ...{ port, path, addresses, volume: 'vol', host: 'node1' },
});
const hello = (brick: string) => ({
  'remote-subvolume': brick,
  'remote-host': 'node1',
  'volfile-key': '/vol',
});
const shared = (...bricks: KnownBrick[]) => newContext({ ...PROTOCOL_OPTIONS, bricks }, OUTSIDE);
const told = { volume: 'vol', brick: '/b1', brick_host: 'node1' };

test('a connection that was joined late: by what glusterd’s files say of its port and address', () => {
  assert.deepEqual(client(shared(known(49152, '/b1', ['10.0.0.1'])), late).seen(id(9)), told);
  assert.deepEqual(client(shared(known(49152, '/b1', undefined)), late).seen(id(9)), told);
  assert.deepEqual(client(shared(known(49152, '/b1', ['10.0.0.9', '::1'])), late).seen(id(9)), {});
  assert.deepEqual(client(shared(known(49153, '/b1', undefined)), late).seen(id(9)), {});
  // One that was seen from its start says it itself, or not at all.
  assert.deepEqual(client(shared(known(49152, '/b1', undefined))).seen(id(9)), {});
  const ipv6 = { ...late, ipVersion: 6, server: [0x20010db8, 0, 0, 1] as const };
  assert.deepEqual(client(shared(known(49152, '/b1', ['2001:db8::1'])), ipv6).seen(id(9)), told);
});

test('by what another client of the brick has said', () => {
  const all = shared();
  const old = client(all, late);
  assert.deepEqual(old.seen(id(9)), {});
  client(all).introduce(hello('/b1'));
  assert.deepEqual(old.seen(id(9)), told);
  assert.deepEqual(client(all, { ...late, serverPort: 49153 }).seen(id(9)), {});
});

test('by the port mapper’s answer, and by what a brick tells it', () => {
  const all = shared();
  const glusterd = client(all, { serverPort: 24007 });
  const answer = { response: { ...ok, status: 0, port: 49152 } };
  glusterd.describer.describe(exchange('PORTBYBRICK', { brick: '/b1' }, answer, 'portmap'), 'both');
  assert.deepEqual(client(all, late).seen(id(9)), { brick: '/b1' });
  const itself = client(all, { serverPort: 24007, client: Host, server: [0, 0, 0, 0x0a000063] });
  const signed = exchange('SIGNIN', { brick: '/b3', port: 49160 }, { response: ok }, 'portmap');
  itself.describer.describe(signed, 'both');
  assert.deepEqual(client(all, { ...late, serverPort: 49160 }).seen(id(9)), { brick: '/b3' });
  for (const response of [
    { ...ok, port: 0 },
    { ...ok, port: 70000 },
    { op_ret: -1, op_errno: 2, port: 49170 },
  ]) {
    const asked = exchange('PORTBYBRICK', { brick: '/b4' }, { response }, 'portmap');
    glusterd.describer.describe(asked, 'both');
    assert.deepEqual(client(all, { ...late, serverPort: 49170 }).seen(id(9)), {});
  }
});

test('several bricks on a port: only who says which one it wants is told of, and learned from', () => {
  const all = shared();
  const [one, two, old] = [client(all), client(all), client(all, late)];
  one.introduce(hello('/b1'));
  one.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.deepEqual(old.seen(id(2)), { ...told, path: '/f' });
  two.introduce(hello('/b2'));
  // Until now the old one seemed to be a client of the first brick.
  assert.deepEqual(old.seen(id(2)), {});
  assert.deepEqual(one.seen(id(2)), {
    volume: 'vol',
    brick: '/b1',
    brick_host: 'node1',
    path: '/f',
    path_before_gap: true,
  });
  assert.deepEqual(two.seen(id(2)), { volume: 'vol', brick: '/b2', brick_host: 'node1' });
  one.ask('LOOKUP', entry(Root, 'f'), { ...ok, prestat: file(2) });
  two.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(3) });
  assert.equal(one.path(id(2)), '/f');
  assert.equal(two.path(id(3)), '/f');
  // Whichever brick it asks: neither has the name for sure any more.
  old.ask('MKDIR', entry(Root, 'f'), { op_ret: -1, op_errno: 17 });
  old.ask('UNLINK', entry(Root, 'f'), { op_ret: -1, op_errno: 13 });
  assert.equal(one.path(id(2)), '/f');
  old.ask('UNLINK', entry(Root, 'f'), ok);
  assert.equal(one.path(id(2)), undefined);
  assert.equal(two.path(id(3)), undefined);
  assert.deepEqual(
    client(shared(known(49152, '/b1', undefined), known(49152, '/b2', undefined)), late).seen(id(2)),
    {},
  );
});

test('what was learned before the brick’s name was told stays', () => {
  const all = shared();
  const old = client(all, late);
  old.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  const fresh = client(all);
  fresh.introduce(hello('/b1'));
  assert.equal(fresh.path(id(2)), '/f');
  fresh.ask('UNLINK', entry(Root, 'f'), ok);
  assert.equal(old.path(id(2)), undefined);
});

test('a port that another brick has by now', () => {
  const all = shared(known(49152, '/b1', undefined));
  const before = client(all, late);
  before.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  const after = client(all);
  after.introduce(hello('/b2'));
  assert.equal(after.path(id(2)), undefined);
  assert.deepEqual(client(all, late).seen(id(2)), {});
});

test('services and tables are bounded; one that has files is not forgotten', () => {
  const services = newBrickRegistry([], () => {});
  const at = (server: AddressWords, serverPort: number) =>
    services.of({ ...ADDRESSES, server, serverPort, clientPort: 49151, fromStart: true });
  const first = at(Host, 1);
  assert.equal(services.table(first, '/b'), 1);
  const second = at(Host, 2);
  const port = (n: number) => at([0, 0, 0, n], 3);
  for (let n = 1; n <= 66000; n++) port(n);
  assert.equal(first.forgotten, false);
  assert.equal(at(Host, 1), first);
  assert.equal(second.forgotten, true);
  assert.notEqual(at(Host, 2), second);
  let last = 0;
  let tables = 1;
  for (let n = 1; n <= 66000; n++) {
    last = services.table(port(n), '/b');
    tables = Math.max(tables, last);
  }
  assert.equal(last, 0);
  assert.equal(tables, 65535);
  assert.equal(services.table(first, 'b'.repeat(2000)), 0);
});
