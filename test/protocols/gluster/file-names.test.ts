import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { client, directory, exchange, file, id, ok, ROOT } from './calls.js';

const BRICK = { 'remote-subvolume': '/bricks/b', 'remote-host': 'node1' };
const BRICK_FIELDS = { brick: '/bricks/b', brick_host: 'node1' };
const entry = (pargfid: string, bname: string) => ({ pargfid, bname });

function withSubdirectory(requested: string, before?: (whole: ReturnType<typeof client>) => void) {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const whole = client(context);
  whole.identify(BRICK);
  before?.(whole);
  const sub = client(context);
  sub.identify({ ...BRICK, 'subdir-mount': requested });
  return { whole, sub };
}
type Clients = ReturnType<typeof withSubdirectory>;
const lookUpSubdirectory = (whole: Clients['whole']) =>
  whole.callAndReply('LOOKUP', entry(ROOT, 'sub'), { ...ok, prestat: directory(1) });
const move = ({ whole }: Clients, from: string, to: string) => {
  const names = { oldgfid: ROOT, oldbname: from, newgfid: ROOT, newbname: to };
  whole.callAndReply('RENAME', names, { ...ok, stat: directory(1) });
};

test('a client with a known directory as root has the names of the volume', () => {
  const { whole, sub } = withSubdirectory('/sub', lookUpSubdirectory);
  const { fields } = sub.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  assert.equal(fields.path, '/sub/f');
  assert.equal(whole.path(id(2)), '/sub/f');
  assert.equal(sub.path(ROOT), '/sub');
  assert.equal(whole.path(ROOT), '/');
  const listed = { op_ret: 1, op_errno: 0, reply: [{ name: 'g', stat: file(3) }] };
  sub.callAndReply('READDIRP', { gfid: ROOT }, listed);
  assert.equal(whole.path(id(3)), '/sub/g');
});

test('a root directory stays the same when it is renamed or replaced', () => {
  const clients = withSubdirectory('sub/', lookUpSubdirectory);
  const { whole, sub } = clients;
  move(clients, 'sub', 'moved');
  assert.deepEqual(sub.fieldsOf(ROOT), { path: '/moved', ...BRICK_FIELDS });
  whole.callAndReply('MKDIR', entry(ROOT, 'sub'), { ...ok, stat: directory(9) });
  sub.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  assert.equal(whole.path(id(2)), '/moved/f');
  whole.callAndReply('RMDIR', entry(ROOT, 'moved'), ok);
  assert.equal(sub.path(ROOT), undefined);
  const { subject } = sub.describer.describe(exchange('FSTAT', { gfid: ROOT }), 'call');
  assert.equal(subject, `FSTAT <gfid:${id(1)}>`);
  assert.equal(whole.path(id(2)), `<gfid:${id(1)}>/f`);
});

test('an unknown root directory shows its requested path; names in it are recorded once it is looked up', () => {
  const { whole, sub } = withSubdirectory('/a//sub');
  assert.equal(sub.path(ROOT), '/a/sub');
  assert.equal(
    sub.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) }).fields.path,
    '/a/sub/f',
  );
  assert.equal(sub.path(id(2)), undefined);
  assert.deepEqual(whole.path(id(2)), undefined);
  whole.callAndReply('LOOKUP', entry(ROOT, 'a'), { ...ok, prestat: directory(8) });
  whole.callAndReply('LOOKUP', entry(id(8), 'sub'), { ...ok, prestat: directory(1) });
  sub.callAndReply('LOOKUP', entry(ROOT, 'f'), { ...ok, prestat: file(2) });
  assert.equal(whole.path(id(2)), '/a/sub/f');
});

test('an unknown root directory is stale once its path may have been renamed', () => {
  const clients = withSubdirectory('/sub');
  const { whole, sub } = clients;
  assert.deepEqual(sub.fieldsOf(ROOT), { path: '/sub', ...BRICK_FIELDS });
  move(clients, 'other', 'else');
  assert.deepEqual(sub.fieldsOf(ROOT), { path: '/sub', ...BRICK_FIELDS });
  move(clients, 'sub', 'else');
  assert.deepEqual(sub.fieldsOf(ROOT), { path: '/sub', path_before_gap: true, ...BRICK_FIELDS });
  whole.callAndReply('MKDIR', entry(ROOT, 'sub'), { ...ok, stat: directory(9) });
  sub.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  assert.equal(whole.path(id(2)), undefined);
  const late = withSubdirectory('/sub');
  late.whole.describer.onCallsLost();
  late.whole.callAndReply('LOOKUP', entry(ROOT, 'sub'), { ...ok, prestat: directory(1) });
  assert.deepEqual(late.sub.fieldsOf(ROOT), { path: '/sub', path_before_gap: true, ...BRICK_FIELDS });
});

test('a removal in an unknown root directory makes all paths stale; a creation does not', () => {
  const { whole, sub } = withSubdirectory('/sub');
  whole.callAndReply('CREATE', entry(ROOT, 'f'), { ...ok, stat: file(2) });
  sub.callAndReply('CREATE', entry(ROOT, 'g'), { ...ok, stat: file(3) });
  sub.callAndReply('LOOKUP', entry(ROOT, 'f'), { op_ret: -1, op_errno: 2 });
  assert.deepEqual(whole.fieldsOf(id(2)), { path: '/f', ...BRICK_FIELDS });
  sub.callAndReply('UNLINK', entry(ROOT, 'g'), ok);
  assert.deepEqual(whole.fieldsOf(id(2)), { path: '/f', path_before_gap: true, ...BRICK_FIELDS });
});

test('a sentence shows the end of a long path on one line; the field has the whole path', () => {
  const whole = client(newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  whole.callAndReply('LOOKUP', entry(ROOT, 'd'.repeat(200)), { ...ok, prestat: directory(1) });
  whole.callAndReply('LOOKUP', entry(id(1), 'a\nb\u001b[1m\u2028'), { ...ok, prestat: file(2) });
  const { subject, fields } = whole.describer.describe(exchange('FSTAT', { gfid: id(2) }), 'call');
  assert.equal(fields.path, `/${'d'.repeat(200)}/a\nb\u001b[1m\u2028`);
  assert.equal(subject, `FSTAT ...${'d'.repeat(108)}/a.b.[1m.`);
});

test('the stale flag is set for any stale path of a line, and for that line only', () => {
  const whole = client(newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  whole.callAndReply('LOOKUP', entry(ROOT, 'd'), { ...ok, prestat: directory(1) });
  whole.describer.onCallsLost();
  whole.callAndReply('LOOKUP', entry(ROOT, 'e'), { ...ok, prestat: directory(2) });
  const names = { oldgfid: id(2), oldbname: 'x', newgfid: id(1), newbname: 'y' };
  const { fields } = whole.describer.describe(exchange('RENAME', names), 'call');
  assert.deepEqual(fields, { path: '/e/x', new_path: '/d/y', path_before_gap: true });
  assert.deepEqual(whole.fieldsOf(id(2)), { path: '/e' });
  assert.deepEqual(whole.fieldsOf(id(7)), {});
});
