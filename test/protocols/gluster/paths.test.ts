import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import type { Fields } from '../../../src/protocols/rpc/describer.js';
import { HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { client, directory, exchange, failed, file, id, NO_GFID, ok, ROOT } from './calls.js';

function twoClients() {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  return { context, a: client(context), b: client(context) };
}
const entry = (pargfid: string, bname: string): Fields => ({ pargfid, bname });
const renameRequest = (oldgfid: string, oldbname: string, newgfid: string, newbname: string): Fields => ({
  ...{ oldgfid, oldbname, newgfid, newbname },
});

test('every procedure that names a file records its path for all clients', () => {
  const { a, b } = twoClients();
  a.callAndReply('LOOKUP', entry(ROOT, 'd'), { ...ok, prestat: directory(1) });
  a.callAndReply('CREATE', entry(id(1), 'created'), { ...ok, stat: file(2) });
  a.callAndReply('MKNOD', entry(id(1), 'node'), { ...ok, stat: file(3) });
  a.callAndReply('SYMLINK', { ...entry(id(1), 'link'), linkname: 'x' }, { ...ok, stat: file(4) });
  a.callAndReply('MKDIR', entry(id(1), 'sub'), { ...ok, stat: directory(5) });
  a.callAndReply('PUT', entry(id(5), 'put'), { ...ok, stat: file(6) });
  const reply = [{ name: '.' }, { name: '..' }, { name: 'listed', stat: file(7) }, { name: 'gone' }];
  a.callAndReply('READDIRP', { gfid: id(5) }, { op_ret: 4, op_errno: 0, reply });
  const paths = [1, 2, 3, 4, 5, 6, 7].map((n) => b.path(id(n)));
  const [d, sub] = ['/d', '/d/sub'];
  assert.deepEqual(paths, [d, '/d/created', '/d/node', '/d/link', sub, '/d/sub/put', '/d/sub/listed']);
  const { subject, fields } = b.describer.describe(
    exchange('READ', { gfid: id(7), size: 1, offset: 0 }),
    'call',
  );
  assert.equal(subject, 'READ /d/sub/listed 1 byte at 0');
  assert.deepEqual(fields, { gfid: id(7), path: '/d/sub/listed', size: 1, offset: 0 });
});

test('paths follow renamed directories, hard links, and a new file of the same name', () => {
  const { a, b } = twoClients();
  a.callAndReply('MKDIR', entry(ROOT, 'd'), { ...ok, stat: directory(1) });
  a.callAndReply('CREATE', entry(id(1), 'f'), { ...ok, stat: file(2) });
  b.callAndReply('RENAME', renameRequest(ROOT, 'd', ROOT, 'e'), { ...ok, stat: directory(1) });
  assert.equal(a.path(id(2)), '/e/f');
  a.callAndReply('LINK', { oldgfid: id(2), newgfid: ROOT, newbname: 'hard' }, { ...ok, stat: file(2, 2) });
  assert.equal(b.path(id(2)), '/hard');
  b.callAndReply('UNLINK', entry(ROOT, 'hard'), ok);
  assert.equal(a.path(id(2)), '/e/f');
  b.callAndReply('CREATE', entry(id(1), 'new'), { ...ok, stat: file(3) });
  b.callAndReply('RENAME', renameRequest(id(1), 'new', id(1), 'f'), { ...ok, stat: file(3) });
  assert.equal(a.path(id(3)), '/e/f');
  assert.equal(a.path(id(2)), undefined);
  b.callAndReply('UNLINK', entry(id(1), 'f'), ok);
  b.callAndReply('RMDIR', entry(ROOT, 'e'), ok);
  assert.equal(a.path(id(1)), undefined);
  assert.equal(a.path(id(3)), undefined);
});

test('a path below a directory without a known name is partial', () => {
  const { a, b } = twoClients();
  a.callAndReply('LOOKUP', entry(id(1), 'b.txt'), { ...ok, prestat: file(2) });
  assert.equal(b.path(id(2)), `<gfid:${id(1)}>/b.txt`);
  assert.equal(b.path(id(1)), undefined);
  a.callAndReply('LOOKUP', entry(ROOT, 'd'), { ...ok, prestat: directory(1) });
  assert.equal(b.path(id(2)), '/d/b.txt');
});

test('ENOENT of a lookup removes a name; other errors do not', () => {
  const { a, b } = twoClients();
  a.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  b.callAndReply('LOOKUP', entry(ROOT, 'f'), failed(13));
  b.callAndReply('UNLINK', entry(ROOT, 'f'), failed(13));
  b.callAndReply('CREATE', entry(ROOT, 'f'), failed(17));
  assert.equal(a.path(id(2)), '/f');
  b.callAndReply('LOOKUP', entry(ROOT, 'f'), failed(2));
  assert.equal(a.path(id(2)), undefined);
});

test('an observation that a later change overtook is ignored', () => {
  const { a, b } = twoClients();
  a.callAndReply('CREATE', entry(ROOT, 'old'), { ...ok, stat: file(2) });
  const epoch = b.describer.observationEpoch();
  a.callAndReply('RENAME', renameRequest(ROOT, 'old', ROOT, 'new'), { ...ok, stat: file(2) });
  const late = (name: string, response: Fields) =>
    b.describer.describe(exchange('LOOKUP', entry(ROOT, name), { response, epoch }), 'both');
  late('old', { ...ok, prestat: file(2) });
  late('new', failed(2));
  assert.equal(a.path(id(2)), '/new');
});

test('two overlapping changes of one name leave it unknown', () => {
  const { a, b } = twoClients();
  const epoch = a.describer.observationEpoch();
  b.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  const response = { ...ok, stat: file(3) };
  a.describer.describe(exchange('MKNOD', entry(ROOT, 'f'), { response, epoch }), 'both');
  assert.equal(a.path(id(2)), undefined);
  assert.equal(a.path(id(3)), undefined);
});

test('after a gap a path is stale until each of its names is observed again', () => {
  const { a, b } = twoClients();
  a.callAndReply('MKDIR', entry(ROOT, 'd'), { ...ok, stat: directory(1) });
  a.callAndReply('CREATE', entry(id(1), 'f'), { ...ok, stat: file(2) });
  const epoch = a.describer.observationEpoch();
  b.describer.onCallsLost();
  assert.deepEqual(a.fieldsOf(id(2)), { path: '/d/f', path_before_gap: true });
  assert.deepEqual(a.callAndReply('UNLINK', entry(id(1), 'x'), ok).fields.path_before_gap, true);
  a.callAndReply('LOOKUP', entry(id(1), 'f'), { ...ok, prestat: file(2) });
  assert.deepEqual(a.fieldsOf(id(2)), { path: '/d/f', path_before_gap: true });
  // The call precedes the gap, which may hide a change.
  const response = { ...ok, prestat: directory(1) };
  a.describer.describe(exchange('LOOKUP', entry(ROOT, 'd'), { response, epoch }), 'both');
  assert.deepEqual(a.fieldsOf(id(1)), { path: '/d', path_before_gap: true });
  a.callAndReply('LOOKUP', entry(ROOT, 'd'), response);
  assert.deepEqual(a.fieldsOf(id(2)), { path: '/d/f' });
  a.describer.describe(exchange('STATFS', { gfid: ROOT }), 'call');
  assert.deepEqual(a.fieldsOf(ROOT), { path: '/' });
});

test('an unknown outcome makes the names in a call unknown, or all paths stale', () => {
  const { a, b } = twoClients();
  const lookUpAgain = () => a.callAndReply('LOOKUP', entry(ROOT, 'f'), { ...ok, prestat: file(2) });
  const unknown: [string, () => void][] = [
    ['no reply', () => b.describer.onReplyLost(exchange('UNLINK', {}).procedure, entry(ROOT, 'f'))],
    ['an unreadable reply', () => b.callAndReply('UNLINK', entry(ROOT, 'f'), {})],
    ['an error of a later step', () => b.callAndReply('UNLINK', entry(ROOT, 'f'), failed(5))],
    ['ENOENT', () => b.callAndReply('UNLINK', entry(ROOT, 'f'), failed(2))],
    [
      'a rename without its file’s attributes',
      () => b.callAndReply('RENAME', renameRequest(ROOT, 'f', ROOT, 'g'), ok),
    ],
  ];
  for (const [what, act] of unknown) {
    lookUpAgain();
    assert.deepEqual(a.fieldsOf(id(2)), { path: '/f' }, what);
    act();
    assert.deepEqual(a.fieldsOf(id(2)), {}, what);
  }
  const whole = false;
  const stale: [string, () => void][] = [
    ['no call', () => b.describer.onReplyLost(exchange('RENAME', {}).procedure, undefined)],
    ['half a call', () => b.describer.describe(exchange('RENAME', {}, { whole, response: ok }), 'both')],
    ['no name', () => b.callAndReply('UNLINK', { pargfid: NO_GFID, bname: 'f' }, ok)],
    ['half the names', () => b.callAndReply('RENAME', renameRequest(ROOT, 'x', NO_GFID, 'y'), ok)],
    ['calls within a call', () => b.callAndReply('COMPOUND', {}, ok)],
  ];
  for (const [what, act] of stale) {
    lookUpAgain();
    assert.deepEqual(a.fieldsOf(id(2)), { path: '/f' }, what);
    act();
    assert.deepEqual(a.fieldsOf(id(2)), { path: '/f', path_before_gap: true }, what);
  }
  lookUpAgain();
  b.describer.describe(exchange('UNLINK', entry(ROOT, 'f'), { refused: true }), 'both');
  b.describer.describe(exchange('CREATE', {}, { whole, response: ok }), 'both');
  b.describer.describe(exchange('LOOKUP', {}, { whole, response: failed(2) }), 'both');
  assert.deepEqual(a.fieldsOf(id(2)), { path: '/f' });
});

test('a name from NAMELINK belongs to an unknown file', () => {
  const { a, b } = twoClients();
  a.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  b.callAndReply('ICREATE', { gfid: id(3), mode: 0o100644 }, { ...ok, stat: file(3) });
  b.callAndReply('NAMELINK', entry(ROOT, 'f'), ok);
  assert.equal(a.path(id(2)), undefined);
  assert.equal(a.path(id(3)), undefined);
});

test('names that no file can have are not recorded', () => {
  const { a } = twoClients();
  for (const name of ['.', '..', 'a/b', 'x'.repeat(1025)]) {
    a.callAndReply('LOOKUP', entry(ROOT, name), { ...ok, prestat: file(2) });
    assert.equal(a.path(id(2)), undefined, name.slice(0, 10));
  }
});

test('dropped packets make the paths of every brick stale', () => {
  const { context, a } = twoClients();
  const other = client(context, { serverPort: 49153 });
  a.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  other.callAndReply('CREATE', entry(ROOT, 'g'), { ...ok, stat: file(3) });
  context.paths.markAllGaps();
  assert.deepEqual(a.fieldsOf(id(2)), { path: '/f', path_before_gap: true });
  assert.deepEqual(other.fieldsOf(id(3)), { path: '/g', path_before_gap: true });
  assert.equal(context.paths.size(), 4);
});
