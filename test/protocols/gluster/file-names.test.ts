import assert from 'node:assert/strict';
import test from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { OUTSIDE, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { client, directory, exchange, file, id, ok, Root } from './calls.js';

const Brick = { 'remote-subvolume': '/bricks/b', 'remote-host': 'node1' };
const told = { brick: '/bricks/b', brick_host: 'node1' };
const entry = (pargfid: string, bname: string) => ({ pargfid, bname });

function subdirectory(asked: string, before?: (whole: ReturnType<typeof client>) => void) {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const whole = client(shared);
  whole.introduce(Brick);
  before?.(whole);
  const sub = client(shared);
  sub.introduce({ ...Brick, 'subdir-mount': asked });
  return { whole, sub };
}
type Clients = ReturnType<typeof subdirectory>;
const knows = (whole: Clients['whole']) =>
  whole.ask('LOOKUP', entry(Root, 'sub'), { ...ok, prestat: directory(1) });
const move = ({ whole }: Clients, from: string, to: string) => {
  const names = { oldgfid: Root, oldbname: from, newgfid: Root, newbname: to };
  whole.ask('RENAME', names, { ...ok, stat: directory(1) });
};

test('a client of a directory that is known: its names are those of the volume', () => {
  const { whole, sub } = subdirectory('/sub', knows);
  const { fields } = sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.equal(fields.path, '/sub/f');
  assert.equal(whole.path(id(2)), '/sub/f');
  assert.equal(sub.path(Root), '/sub');
  assert.equal(whole.path(Root), '/');
  const listed = { op_ret: 1, op_errno: 0, reply: [{ name: 'g', stat: file(3) }] };
  sub.ask('READDIRP', { gfid: Root }, listed);
  assert.equal(whole.path(id(3)), '/sub/g');
});

test('it stays the directory that it was, whatever its name', () => {
  const clients = subdirectory('sub/', knows);
  const { whole, sub } = clients;
  move(clients, 'sub', 'moved');
  assert.deepEqual(sub.seen(Root), { path: '/moved', ...told });
  whole.ask('MKDIR', entry(Root, 'sub'), { ...ok, stat: directory(9) });
  sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.equal(whole.path(id(2)), '/moved/f');
  whole.ask('RMDIR', entry(Root, 'moved'), ok);
  assert.equal(sub.path(Root), undefined);
  const { subject } = sub.describer.describe(exchange('FSTAT', { gfid: Root }), 'call');
  assert.equal(subject, `FSTAT <gfid:${id(1)}>`);
  assert.equal(whole.path(id(2)), `<gfid:${id(1)}>/f`);
});

test('one that is not known: its own names are whole; nothing is learned of them until somebody looks it up', () => {
  const { whole, sub } = subdirectory('/a//sub');
  assert.equal(sub.path(Root), '/a/sub');
  assert.equal(sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) }).fields.path, '/a/sub/f');
  assert.equal(sub.path(id(2)), undefined);
  assert.deepEqual(whole.path(id(2)), undefined);
  whole.ask('LOOKUP', entry(Root, 'a'), { ...ok, prestat: directory(8) });
  whole.ask('LOOKUP', entry(id(8), 'sub'), { ...ok, prestat: directory(1) });
  sub.ask('LOOKUP', entry(Root, 'f'), { ...ok, prestat: file(2) });
  assert.equal(whole.path(id(2)), '/a/sub/f');
});

test('one that is not known, and may have been renamed, or seen too late', () => {
  const clients = subdirectory('/sub');
  const { whole, sub } = clients;
  assert.deepEqual(sub.seen(Root), { path: '/sub', ...told });
  move(clients, 'other', 'else');
  assert.deepEqual(sub.seen(Root), { path: '/sub', ...told });
  move(clients, 'sub', 'else');
  assert.deepEqual(sub.seen(Root), { path: '/sub', path_before_gap: true, ...told });
  whole.ask('MKDIR', entry(Root, 'sub'), { ...ok, stat: directory(9) });
  sub.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  assert.equal(whole.path(id(2)), undefined);
  const late = subdirectory('/sub');
  late.whole.describer.onCallsLost();
  late.whole.ask('LOOKUP', entry(Root, 'sub'), { ...ok, prestat: directory(1) });
  assert.deepEqual(late.sub.seen(Root), { path: '/sub', path_before_gap: true, ...told });
});

test('what it removes from a directory that is not known makes everything old; what it makes does not', () => {
  const { whole, sub } = subdirectory('/sub');
  whole.ask('CREATE', entry(Root, 'f'), { ...ok, stat: file(2) });
  sub.ask('CREATE', entry(Root, 'g'), { ...ok, stat: file(3) });
  sub.ask('LOOKUP', entry(Root, 'f'), { op_ret: -1, op_errno: 2 });
  assert.deepEqual(whole.seen(id(2)), { path: '/f', ...told });
  sub.ask('UNLINK', entry(Root, 'g'), ok);
  assert.deepEqual(whole.seen(id(2)), { path: '/f', path_before_gap: true, ...told });
});

test('sentences: long paths by their end, on one line; the field has all of it', () => {
  const whole = client(newContext(PROTOCOL_OPTIONS, OUTSIDE));
  whole.ask('LOOKUP', entry(Root, 'd'.repeat(200)), { ...ok, prestat: directory(1) });
  whole.ask('LOOKUP', entry(id(1), 'a\nb\u001b[1m\u2028'), { ...ok, prestat: file(2) });
  const { subject, fields } = whole.describer.describe(exchange('FSTAT', { gfid: id(2) }), 'call');
  assert.equal(fields.path, `/${'d'.repeat(200)}/a\nb\u001b[1m\u2028`);
  assert.equal(subject, `FSTAT ...${'d'.repeat(108)}/a.b.[1m.`);
});

test('the mark is of one line, and of any path that it has', () => {
  const whole = client(newContext(PROTOCOL_OPTIONS, OUTSIDE));
  whole.ask('LOOKUP', entry(Root, 'd'), { ...ok, prestat: directory(1) });
  whole.describer.onCallsLost();
  whole.ask('LOOKUP', entry(Root, 'e'), { ...ok, prestat: directory(2) });
  const names = { oldgfid: id(2), oldbname: 'x', newgfid: id(1), newbname: 'y' };
  const { fields } = whole.describer.describe(exchange('RENAME', names), 'call');
  assert.deepEqual(fields, { path: '/e/x', new_path: '/d/y', path_before_gap: true });
  assert.deepEqual(whole.seen(id(2)), { path: '/e' });
  assert.deepEqual(whole.seen(id(7)), {});
});
