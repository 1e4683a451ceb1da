import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GlusterContext, newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Describer, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { exchange, identify } from './calls.js';

const FOP = 1298437;
const HANDSHAKE = 14398633;
const ROOT = '00000000-0000-0000-0000-000000000001';
const [ABOVE, SUB, FILE] = ['a', 'b', 'c'].map((digit) => `93e1d5cc-f2f4-4d47-a6a1-2b87e359535${digit}`);
const OK = { op_ret: 0, op_errno: 0 };
const directory = (gfid: string) => ({ ia_gfid: gfid, mode: 0o040755, ia_nlink: 2 });
const regular = (gfid: string) => ({ ia_gfid: gfid, mode: 0o100644, ia_nlink: 1 });

function callAndReply(
  describer: Describer,
  program: number,
  version: number,
  name: string,
  request: Fields,
  response: Fields,
) {
  const found = findProgram(program, version);
  const procedure = found?.procedures.find((row) => row?.name === name);
  assert.ok(found !== undefined && procedure !== undefined);
  const more = { whole: true, refused: false, epoch: describer.observationEpoch() };
  const exchange = { program: found, procedure, request, response, ...more };
  return (name === 'SETVOLUME' ? identify(describer, exchange) : describer.describe(exchange, 'both')).fields;
}

const fop = (describer: Describer, name: string, request: Fields, response: Fields) =>
  callAndReply(describer, FOP, 400, name, request, { ...OK, ...response });
const lookup = (describer: Describer, pargfid: string, bname: string, prestat: Fields) =>
  fop(describer, 'LOOKUP', { pargfid, bname }, { prestat });
const makeDirectory = (describer: Describer, pargfid: string, bname: string, gfid: string) =>
  fop(describer, 'MKDIR', { pargfid, bname }, { stat: directory(gfid) });
const read = (describer: Describer, gfid: string) => fop(describer, 'READ', { gfid }, {});

let port = 49151;
/** Another connection to the brick. */
function connect(context: GlusterContext, fromStart = true): Describer {
  return newDescriber({ serverPort: 49152, clientPort: port--, ...ADDRESSES, fromStart }, context);
}

function identifiedClient(context: GlusterContext, subdir?: string): Describer {
  const describer = connect(context);
  const more = subdir === undefined ? {} : { 'subdir-mount': subdir };
  const dict: Fields = { 'remote-subvolume': '/brick', ...more };
  callAndReply(describer, HANDSHAKE, 2, 'SETVOLUME', { dict }, OK);
  return describer;
}

test('a root directory is found by the lookups of other clients, before or after its SETVOLUME', () => {
  for (const order of ['before', 'after']) {
    const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
    const whole = identifiedClient(context);
    let part = order === 'after' ? identifiedClient(context, '/above/sub') : undefined;
    lookup(whole, ROOT, 'above', directory(ABOVE));
    lookup(whole, ABOVE, 'sub', directory(SUB));
    part ??= identifiedClient(context, '/above/sub');
    lookup(part, ROOT, 'f', regular(FILE));
    assert.equal(read(whole, FILE).path, '/above/sub/f');
    const renamed = { oldgfid: ROOT, oldbname: 'above', newgfid: ROOT, newbname: 'moved' };
    fop(whole, 'RENAME', renamed, { stat: directory(ABOVE) });
    const { path, path_before_gap: isStale } = lookup(part, ROOT, 'f', regular(FILE));
    assert.equal(path, '/moved/sub/f');
    assert.equal(isStale, undefined);
  }
});

test('the path of an unknown root directory is certain until a name in it may have moved', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const whole = identifiedClient(context);
  const part = identifiedClient(context, '/above/sub');
  const before = lookup(part, ROOT, 'f', regular(FILE));
  assert.equal(before.path, '/above/sub/f');
  assert.equal(before.path_before_gap, undefined);
  const renamed = { oldgfid: ROOT, oldbname: 'x', newgfid: ROOT, newbname: 'y' };
  fop(whole, 'RENAME', renamed, { stat: directory(ABOVE) });
  assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path_before_gap, undefined);
  fop(whole, 'RENAME', { ...renamed, oldbname: 'above' }, { stat: directory(ABOVE) });
  assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path_before_gap, true);
});

test('a root directory without a name is shown by its own gfid', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const whole = identifiedClient(context);
  makeDirectory(whole, ROOT, 'sub', SUB);
  const part = identifiedClient(context, '/sub');
  assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path, '/sub/f');
  fop(whole, 'RMDIR', { pargfid: ROOT, bname: 'sub' }, {});
  assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path, `<gfid:${SUB}>/f`);
});

test('paths of a midstream pickup are stale until a reply reveals its root', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const midstream = connect(context, false);
  lookup(midstream, ROOT, 'd', directory(ABOVE));
  lookup(midstream, ABOVE, 'f', regular(FILE));
  assert.equal(read(midstream, FILE).path, '/d/f');
  assert.equal(read(midstream, FILE).path_before_gap, true);
  const whole = identifiedClient(context);
  assert.equal(read(whole, FILE).path_before_gap, true);
  const found = { prestat: directory(ABOVE), poststat: directory(ROOT) };
  fop(midstream, 'LOOKUP', { pargfid: ROOT, bname: 'd' }, found);
  assert.equal(lookup(midstream, ROOT, 'd', directory(ABOVE)).path_before_gap, undefined);
  assert.equal(read(whole, FILE).path_before_gap, undefined);
});

test('replies reveal the root of a midstream pickup, and of a client with a subdirectory as root', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const midstream = connect(context, false);
  const mounted = identifiedClient(context, '/above/sub');
  for (const part of [midstream, mounted]) {
    fop(part, 'LOOKUP', { pargfid: ROOT, bname: 'f' }, { prestat: regular(FILE), poststat: directory(SUB) });
    assert.equal(read(part, FILE).path, `<gfid:${SUB}>/f`);
  }
  const whole = identifiedClient(context);
  makeDirectory(whole, ROOT, 'above', ABOVE);
  makeDirectory(whole, ABOVE, 'sub', SUB);
  for (const part of [midstream, mounted])
    assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path, '/above/sub/f');
});

test('an observation from before a gap is stale after it', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const [observer, other] = [identifiedClient(context), identifiedClient(context)];
  const epoch = observer.observationEpoch();
  const program = findProgram(FOP, 400);
  const procedure = program?.procedures.find((row) => row?.name === 'LOOKUP');
  assert.ok(program !== undefined && procedure !== undefined);
  other.onCallsLost();
  const request = { pargfid: ROOT, bname: 'f' };
  const response = { ...OK, prestat: regular(FILE) };
  observer.describe({ program, procedure, request, response, epoch, whole: true, refused: false }, 'both');
  assert.equal(read(observer, FILE).path, '/f');
  assert.equal(read(observer, FILE).path_before_gap, true);
});

test('paths are stale while any connection to the brick has a pending gap', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const [observer, other] = [identifiedClient(context), identifiedClient(context)];
  lookup(observer, ROOT, 'f', regular(FILE));
  other.onPendingGap(true);
  assert.equal(read(observer, FILE).path_before_gap, true);
  other.onPendingGap(false);
  assert.equal(read(observer, FILE).path_before_gap, undefined);
});

test('a client is identified by its SETVOLUME call, even if the reply is lost', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const part = connect(context);
  const setVolume = exchange('SETVOLUME', { dict: { 'subdir-mount': '/sub' } }, {}, 'handshake');
  part.onCall({ ...setVolume, auth: undefined }, true);
  assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path, '/sub/f');
});

test('a root directory that is renamed between the SETVOLUME call and its reply is stale', () => {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const whole = identifiedClient(context);
  makeDirectory(whole, ROOT, 'sub', SUB);
  const part = connect(context);
  const setVolume = exchange('SETVOLUME', { dict: { 'subdir-mount': '/sub' } }, {}, 'handshake');
  const epoch = part.observationEpoch();
  part.onCall({ ...setVolume, auth: undefined }, true);
  const renamed = { oldgfid: ROOT, oldbname: 'sub', newgfid: ROOT, newbname: 'old' };
  fop(whole, 'RENAME', renamed, { stat: directory(SUB) });
  makeDirectory(whole, ROOT, 'sub', ABOVE);
  part.describe({ ...setVolume, response: OK, epoch }, 'both');
  assert.equal(lookup(part, ROOT, 'f', regular(FILE)).path_before_gap, true);
});
