import assert from 'node:assert/strict';
import test from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { client, directory, exchange, file, id, ok, Root } from './calls.js';

const BRICK = { 'remote-subvolume': '/bricks/b', 'remote-host': 'node1' };
const BRICK_FIELDS = { brick: '/bricks/b', brick_host: 'node1' };
const entry = (pargfid: string, bname: string) => ({ pargfid, bname });

function withSubdirectory(requested: string, before?: (whole: ReturnType<typeof client>) => void) {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const whole = client(context);
  whole.introduce(BRICK);
  before?.(whole);
  const sub = client(context);
  sub.introduce({ ...BRICK, 'subdir-mount': requested });
  return { whole, sub };
}
type Clients = ReturnType<typeof withSubdirectory>;
const lookUpSubdirectory = (whole: Clients['whole']) =>
  whole.ask('LOOKUP', entry(Root, 'sub'), { ...ok, prestat: directory(1) });
const move = ({ whole }: Clients, from: string, to: string) => {
  const names = { oldgfid: Root, oldbname: from, newgfid: Root, newbname: to };
  whole.ask('RENAME', names, { ...ok, stat: directory(1) });
};

test('a client with a known directory as root has the names of the volume', () => {
  const { whole, sub } = withSubdirectory('/sub', lookUpSubdirectory);
  const { fields } = sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.equal(fields.path, '/sub/f');
  assert.equal(whole.path(id(2)), '/sub/f');
  assert.equal(sub.path(Root), '/sub');
  assert.equal(whole.path(Root), '/');
  const listed = { op_ret: 1, op_errno: 0, reply: [{ name: 'g', stat: file(3) }] };
  sub.ask('READDIRP', { gfid: Root }, listed);
  assert.equal(whole.path(id(3)), '/sub/g');
});

test('a root directory stays the same when it is renamed or replaced', () => {
  const clients = withSubdirectory('sub/', lookUpSubdirectory);
  const { whole, sub } = clients;
  move(clients, 'sub', 'moved');
  assert.deepEqual(sub.seen(Root), { path: '/moved', ...BRICK_FIELDS });
  whole.ask('MKDIR', entry(Root, 'sub'), { ...ok, stat: directory(9) });
  sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.equal(whole.path(id(2)), '/moved/f');
  whole.ask('RMDIR', entry(Root, 'moved'), ok);
  assert.equal(sub.path(Root), undefined);
  const { subject } = sub.describer.describe(exchange('FSTAT', { gfid: Root }), 'call');
  assert.equal(subject, `FSTAT <gfid:${id(1)}>`);
  assert.equal(whole.path(id(2)), `<gfid:${id(1)}>/f`);
});

test('an unknown root directory shows its requested path; names in it are recorded once it is looked up', () => {
  const { whole, sub } = withSubdirectory('/a//sub');
  assert.equal(sub.path(Root), '/a/sub');
  assert.equal(sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) }).fields.path, '/a/sub/f');
  assert.equal(sub.path(id(2)), undefined);
  assert.deepEqual(whole.path(id(2)), undefined);
  whole.ask('LOOKUP', entry(Root, 'a'), { ...ok, prestat: directory(8) });
  whole.ask('LOOKUP', entry(id(8), 'sub'), { ...ok, prestat: directory(1) });
  sub.ask('LOOKUP', entry(Root, 'f'), { ...ok, prestat: file(2) });
  assert.equal(whole.path(id(2)), '/a/sub/f');
});

test('an unknown root directory is stale once its path may have been renamed', () => {
  const clients = withSubdirectory('/sub');
  const { whole, sub } = clients;
  assert.deepEqual(sub.seen(Root), { path: '/sub', ...BRICK_FIELDS });
  move(clients, 'other', 'else');
  assert.deepEqual(sub.seen(Root), { path: '/sub', ...BRICK_FIELDS });
  move(clients, 'sub', 'else');
  assert.deepEqual(sub.seen(Root), { path: '/sub', path_before_gap: true, ...BRICK_FIELDS });
  whole.ask('MKDIR', entry(Root, 'sub'), { ...ok, stat: directory(9) });
  sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.equal(whole.path(id(2)), undefined);
  const late = withSubdirectory('/sub');
  late.whole.describer.onCallsLost();
  late.whole.ask('LOOKUP', entry(Root, 'sub'), { ...ok, prestat: directory(1) });
  assert.deepEqual(late.sub.seen(Root), { path: '/sub', path_before_gap: true, ...BRICK_FIELDS });
});

test('a removal in an unknown root directory makes all paths stale; a creation does not', () => {
  const { whole, sub } = withSubdirectory('/sub');
  whole.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  sub.ask('CREATE', entry(Root, 'g'), { ...ok, stat: file(3) });
  sub.ask('LOOKUP', entry(Root, 'f'), { op_ret: -1, op_errno: 2 });
  assert.deepEqual(whole.seen(id(2)), { path: '/f', ...BRICK_FIELDS });
  sub.ask('UNLINK', entry(Root, 'g'), ok);
  assert.deepEqual(whole.seen(id(2)), { path: '/f', path_before_gap: true, ...BRICK_FIELDS });
});

test('a sentence shows the end of a long path on one line; the field has the whole path', () => {
  const whole = client(newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  whole.ask('LOOKUP', entry(Root, 'd'.repeat(200)), { ...ok, prestat: directory(1) });
  whole.ask('LOOKUP', entry(id(1), 'a\nb\u001b[1m\u2028'), { ...ok, prestat: file(2) });
  const { subject, fields } = whole.describer.describe(exchange('FSTAT', { gfid: id(2) }), 'call');
  assert.equal(fields.path, `/${'d'.repeat(200)}/a\nb\u001b[1m\u2028`);
  assert.equal(subject, `FSTAT ...${'d'.repeat(108)}/a.b.[1m.`);
});

test('the stale flag is set for any stale path of a line, and for that line only', () => {
  const whole = client(newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  whole.ask('LOOKUP', entry(Root, 'd'), { ...ok, prestat: directory(1) });
  whole.describer.onCallsLost();
  whole.ask('LOOKUP', entry(Root, 'e'), { ...ok, prestat: directory(2) });
  const names = { oldgfid: id(2), oldbname: 'x', newgfid: id(1), newbname: 'y' };
  const { fields } = whole.describer.describe(exchange('RENAME', names), 'call');
  assert.deepEqual(fields, { path: '/e/x', new_path: '/d/y', path_before_gap: true });
  assert.deepEqual(whole.seen(id(2)), { path: '/e' });
  assert.deepEqual(whole.seen(id(7)), {});
});
