import assert from 'node:assert/strict';
import test from 'node:test';
import { type GlusterContext, newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Describer, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, OUTSIDE, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { exchange, introduce } from './calls.js';

const Fop = 1298437;
const Handshake = 14398633;
const root = '00000000-0000-0000-0000-000000000001';
const [above, sub, file] = ['a', 'b', 'c'].map((digit) => `93e1d5cc-f2f4-4d47-a6a1-2b87e359535${digit}`);
const ok = { op_ret: 0, op_errno: 0 };
const directory = (gfid: string) => ({ ia_gfid: gfid, mode: 0o040755, ia_nlink: 2 });
const regular = (gfid: string) => ({ ia_gfid: gfid, mode: 0o100644, ia_nlink: 1 });

function tell(
  describer: Describer,
  program: number,
  version: number,
  name: string,
  request: Fields,
  response: Fields,
) {
  const known = findProgram(program, version);
  const procedure = known?.procedures.find((row) => row?.name === name);
  assert.ok(known !== undefined && procedure !== undefined);
  const more = { whole: true, refused: false, began: describer.now() };
  const exchange = { program: known, procedure, request, response, ...more };
  return (name === 'SETVOLUME' ? introduce(describer, exchange) : describer.describe(exchange, 'both'))
    .fields;
}

const fop = (describer: Describer, name: string, request: Fields, response: Fields) =>
  tell(describer, Fop, 400, name, request, { ...ok, ...response });
const lookup = (describer: Describer, pargfid: string, bname: string, prestat: Fields) =>
  fop(describer, 'LOOKUP', { pargfid, bname }, { prestat });
const make = (describer: Describer, pargfid: string, bname: string, gfid: string) =>
  fop(describer, 'MKDIR', { pargfid, bname }, { stat: directory(gfid) });
const read = (describer: Describer, gfid: string) => fop(describer, 'READ', { gfid }, {});

let port = 49151;
/** Another connection to the brick. */
function connect(shared: GlusterContext, fromStart = true): Describer {
  return newDescriber({ serverPort: 49152, clientPort: port--, ...ADDRESSES, fromStart }, shared);
}

function introduced(shared: GlusterContext, subdir?: string): Describer {
  const describer = connect(shared);
  const more = subdir === undefined ? {} : { 'subdir-mount': subdir };
  const dict: Fields = { 'remote-subvolume': '/brick', ...more };
  tell(describer, Handshake, 2, 'SETVOLUME', { dict }, ok);
  return describer;
}

test('a client of a directory: its root is found where others have named it, before or after', () => {
  for (const order of ['before', 'after']) {
    const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
    const whole = introduced(shared);
    let part = order === 'after' ? introduced(shared, '/above/sub') : undefined;
    lookup(whole, root, 'above', directory(above));
    lookup(whole, above, 'sub', directory(sub));
    part ??= introduced(shared, '/above/sub');
    lookup(part, root, 'f', regular(file));
    assert.equal(read(whole, file).path, '/above/sub/f');
    const renamed = { oldgfid: root, oldbname: 'above', newgfid: root, newbname: 'moved' };
    fop(whole, 'RENAME', renamed, { stat: directory(above) });
    const { path, path_before_gap: mark } = lookup(part, root, 'f', regular(file));
    assert.equal(path, '/moved/sub/f');
    assert.equal(mark, undefined);
  }
});

test('where nobody has named it, its path is sure until something of such a name moves', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const whole = introduced(shared);
  const part = introduced(shared, '/above/sub');
  const before = lookup(part, root, 'f', regular(file));
  assert.equal(before.path, '/above/sub/f');
  assert.equal(before.path_before_gap, undefined);
  const renamed = { oldgfid: root, oldbname: 'x', newgfid: root, newbname: 'y' };
  fop(whole, 'RENAME', renamed, { stat: directory(above) });
  assert.equal(lookup(part, root, 'f', regular(file)).path_before_gap, undefined);
  fop(whole, 'RENAME', { ...renamed, oldbname: 'above' }, { stat: directory(above) });
  assert.equal(lookup(part, root, 'f', regular(file)).path_before_gap, true);
});

test('a directory that has lost its name is told by its own gfid, not by that of the root', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const whole = introduced(shared);
  make(whole, root, 'sub', sub);
  const part = introduced(shared, '/sub');
  assert.equal(lookup(part, root, 'f', regular(file)).path, '/sub/f');
  fop(whole, 'RMDIR', { pargfid: root, bname: 'sub' }, {});
  assert.equal(lookup(part, root, 'f', regular(file)).path, `<gfid:${sub}>/f`);
});

test('a client that was joined late may have a directory: its paths are marked, until a reply tells its root', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const late = connect(shared, false);
  lookup(late, root, 'd', directory(above));
  lookup(late, above, 'f', regular(file));
  assert.equal(read(late, file).path, '/d/f');
  assert.equal(read(late, file).path_before_gap, true);
  const whole = introduced(shared);
  assert.equal(read(whole, file).path_before_gap, true);
  const found = { prestat: directory(above), poststat: directory(root) };
  fop(late, 'LOOKUP', { pargfid: root, bname: 'd' }, found);
  assert.equal(lookup(late, root, 'd', directory(above)).path_before_gap, undefined);
  assert.equal(read(whole, file).path_before_gap, undefined);
});

test('the root of a client that was joined late, or has asked for a directory, is who its replies say that it is', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const late = connect(shared, false);
  const asked = introduced(shared, '/above/sub');
  for (const part of [late, asked]) {
    fop(part, 'LOOKUP', { pargfid: root, bname: 'f' }, { prestat: regular(file), poststat: directory(sub) });
    assert.equal(read(part, file).path, `<gfid:${sub}>/f`);
  }
  const whole = introduced(shared);
  make(whole, root, 'above', above);
  make(whole, above, 'sub', sub);
  for (const part of [late, asked]) assert.equal(lookup(part, root, 'f', regular(file)).path, '/above/sub/f');
});

test('what was asked before a gap is no news behind it', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const [one, other] = [introduced(shared), introduced(shared)];
  const began = one.now();
  const program = findProgram(Fop, 400);
  const procedure = program?.procedures.find((row) => row?.name === 'LOOKUP');
  assert.ok(program !== undefined && procedure !== undefined);
  other.onCallsLost();
  const request = { pargfid: root, bname: 'f' };
  const response = { ...ok, prestat: regular(file) };
  one.describe({ program, procedure, request, response, began, whole: true, refused: false }, 'both');
  assert.equal(read(one, file).path, '/f');
  assert.equal(read(one, file).path_before_gap, true);
});

test('while bytes of any connection to the brick are missing, paths are marked', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const [one, other] = [introduced(shared), introduced(shared)];
  lookup(one, root, 'f', regular(file));
  other.onPendingGap(true);
  assert.equal(read(one, file).path_before_gap, true);
  other.onPendingGap(false);
  assert.equal(read(one, file).path_before_gap, undefined);
});

test('a client is known by its call: the reply may be missed', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const part = connect(shared);
  const hello = exchange('SETVOLUME', { dict: { 'subdir-mount': '/sub' } }, {}, 'handshake');
  part.onCall({ ...hello, auth: undefined }, true);
  assert.equal(lookup(part, root, 'f', regular(file)).path, '/sub/f');
});

test('where it is asked for is where the directory was when it was found, not when it was asked for', () => {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const whole = introduced(shared);
  make(whole, root, 'sub', sub);
  const part = connect(shared);
  const hello = exchange('SETVOLUME', { dict: { 'subdir-mount': '/sub' } }, {}, 'handshake');
  const began = part.now();
  part.onCall({ ...hello, auth: undefined }, true);
  const renamed = { oldgfid: root, oldbname: 'sub', newgfid: root, newbname: 'old' };
  fop(whole, 'RENAME', renamed, { stat: directory(sub) });
  make(whole, root, 'sub', above);
  part.describe({ ...hello, response: ok, began }, 'both');
  assert.equal(lookup(part, root, 'f', regular(file)).path_before_gap, true);
});
