import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { identify } from './calls.js';

const connection = { serverPort: 49152, clientPort: 49151, ...ADDRESSES, fromStart: true };

const FOP = 1298437;
const HANDSHAKE = 14398633;
const MGMT = 1238433;

function exchange(number: number, version: number, name: string, request?: Fields, response?: Fields) {
  const program = findProgram(number, version);
  const procedure = program?.procedures.find((row) => row?.name === name);
  assert.ok(program !== undefined && procedure !== undefined, `${number} ${version} ${name}`);
  return { program, procedure, request, response, whole: true, refused: false, epoch: 0 };
}

function both(
  number: number,
  version: number,
  name: string,
  request?: Fields,
  response?: Fields,
): Description {
  return identify(
    newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS)),
    exchange(number, version, name, request, response),
  );
}

const fop = (name: string, request: Fields, response: Fields) => both(FOP, 400, name, request, response);

const FILE_GFID = '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e';
const DIRECTORY_GFID = 'bb40ca07-e64e-4b19-b5d3-83432466d2b7';
const ROOT_GFID = '00000000-0000-0000-0000-000000000001';
const NULL_GFID = '00000000-0000-0000-0000-000000000000';
const ok = { op_ret: 0, op_errno: 0 };
const enoent = { op_ret: -1, op_errno: 2 };

test('WRITE and READ: the file, the size and the offset', () => {
  const request = { gfid: FILE_GFID, fd: '1', offset: 65536, size: 131072 };
  assert.deepEqual(fop('WRITE', request, { op_ret: 131072, op_errno: 0 }), {
    fields: { gfid: FILE_GFID, size: 131072, offset: 65536, op_ret: 131072, op_errno: 0 },
    subject: `WRITE <gfid:${FILE_GFID}> 128 KiB at 65536`,
    result: '128 KiB',
    outcome: 'success',
  });
  const read = fop('READ', { ...request, offset: 2n ** 63n }, { op_ret: 7, op_errno: 2 });
  assert.equal(read.subject, `READ <gfid:${FILE_GFID}> 128 KiB at 9223372036854775808`);
  assert.equal(read.result, '7 bytes, end of file');
  assert.equal(read.outcome, 'success');
  assert.equal(read.fields.eof, true);
  assert.equal(read.fields.error, undefined);
});

test('a failure names its error', () => {
  const { fields, result, outcome } = fop('STAT', { gfid: FILE_GFID }, enoent);
  assert.deepEqual(fields, { gfid: FILE_GFID, op_ret: -1, op_errno: 2, error: 'ENOENT' });
  assert.equal(result, 'ENOENT');
  assert.equal(outcome, 'failure');
  assert.equal(fop('STAT', { gfid: FILE_GFID }, { op_ret: -1, op_errno: 9999 }).result, 'error 9999');
  assert.equal(fop('STAT', { gfid: FILE_GFID }, { op_ret: -1, op_errno: 0 }).result, 'failed');
});

test('a name in a directory: its path, and the gfid of the reply', () => {
  const found = fop(
    'LOOKUP',
    { gfid: NULL_GFID, pargfid: DIRECTORY_GFID, bname: 'a\nb' },
    { op_ret: 0, op_errno: 22, prestat: { ia_gfid: FILE_GFID }, poststat: { ia_gfid: DIRECTORY_GFID } },
  );
  assert.equal(found.subject, `LOOKUP <gfid:${DIRECTORY_GFID}>/a.b`);
  assert.equal(found.fields.path, `<gfid:${DIRECTORY_GFID}>/a\nb`);
  assert.equal(found.fields.gfid, FILE_GFID);
  assert.equal(found.outcome, 'success');
  const made = fop('MKDIR', { pargfid: ROOT_GFID, bname: 'd' }, { ...ok, stat: { ia_gfid: FILE_GFID } });
  assert.equal(made.subject, 'MKDIR /d');
  assert.deepEqual(made.fields, { path: '/d', op_ret: 0, op_errno: 0, gfid: FILE_GFID });
  const missing = fop(
    'LOOKUP',
    { gfid: NULL_GFID, pargfid: ROOT_GFID, bname: 'x' },
    { ...enoent, prestat: { ia_gfid: NULL_GFID } },
  );
  assert.deepEqual(missing.fields, { path: '/x', op_ret: -1, op_errno: 2, error: 'ENOENT' });
});

test('the root is shown as a path', () => {
  const { fields, subject } = fop('LOOKUP', { gfid: ROOT_GFID, pargfid: NULL_GFID, bname: '' }, ok);
  assert.equal(subject, 'LOOKUP /');
  assert.equal(fields.path, '/');
  assert.equal(fields.gfid, ROOT_GFID);
});

test('RENAME, LINK and SYMLINK have two names', () => {
  const names = { oldgfid: ROOT_GFID, oldbname: 'a', newgfid: DIRECTORY_GFID, newbname: 'b' };
  const renamed = fop('RENAME', names, ok);
  assert.equal(renamed.subject, `RENAME /a to <gfid:${DIRECTORY_GFID}>/b`);
  assert.equal(renamed.fields.path, '/a');
  assert.equal(renamed.fields.new_path, `<gfid:${DIRECTORY_GFID}>/b`);
  const linked = fop('LINK', { oldgfid: FILE_GFID, newgfid: ROOT_GFID, newbname: 'b' }, ok);
  assert.equal(linked.subject, `LINK <gfid:${FILE_GFID}> to /b`);
  assert.equal(linked.fields.gfid, FILE_GFID);
  assert.equal(linked.fields.new_path, '/b');
  const symlink = fop('SYMLINK', { pargfid: ROOT_GFID, bname: 'l', linkname: '../t' }, ok);
  assert.equal(symlink.subject, 'SYMLINK /l to ../t');
  assert.equal(symlink.fields.target, '../t');
});

test('listings: the number of entries, and the end of the directory', () => {
  const request = { gfid: ROOT_GFID, fd: '1', size: 4096 };
  const page = fop('READDIRP', request, { op_ret: 3, op_errno: 0 });
  assert.equal(page.result, '3 entries');
  assert.equal(page.fields.entries, 3);
  assert.equal(page.fields.eof, undefined);
  const end = fop('READDIR', request, { op_ret: 0, op_errno: 2 });
  assert.equal(end.result, '0 entries, end of directory');
  assert.equal(end.fields.eof, true);
  assert.equal(end.outcome, 'success');
});

test('locks and leases', () => {
  const flock = { type: 1, whence: 0, start: 0, len: 0, pid: 1, lk_owner: 'd0dc8dfde37f0000' };
  const locked = fop('INODELK', { gfid: FILE_GFID, cmd: 2, type: 1, flock, volume: 'rep-replicate-0' }, ok);
  assert.equal(locked.subject, `INODELK <gfid:${FILE_GFID}> SETLKW WRLCK whole file in rep-replicate-0`);
  assert.deepEqual(locked.fields.lock, {
    command: 'GF_LK_SETLKW',
    type: 'GF_LK_F_WRLCK',
    start: 0,
    length: 0,
    owner: 'd0dc8dfde37f0000',
    domain: 'rep-replicate-0',
  });
  const range = fop('LK', { gfid: FILE_GFID, cmd: 0, type: 2, flock: { ...flock, start: 10, len: 5 } }, ok);
  assert.equal(range.subject, `LK <gfid:${FILE_GFID}> GETLK UNLCK 5 bytes at 10`);
  const named = fop('ENTRYLK', { gfid: FILE_GFID, cmd: 0, type: 1, name: 'f', volume: 'v' }, ok);
  assert.equal(named.subject, `ENTRYLK <gfid:${FILE_GFID}> LOCK WRLCK of f in v`);
  const leased = fop('LEASE', { gfid: FILE_GFID, lease: { cmd: 2, lease_type: 1, lease_id: 'ab' } }, ok);
  assert.equal(leased.subject, `LEASE <gfid:${FILE_GFID}> SET_LEASE RD_LEASE`);
  assert.deepEqual(leased.fields.lease, { command: 'GF_SET_LEASE', type: 'GF_RD_LEASE', id: 'ab' });
});

test('extended attributes by name', () => {
  assert.equal(fop('GETXATTR', { gfid: FILE_GFID, namelen: 1, name: 'user.a' }, ok).fields.xattr, 'user.a');
  const dict = { a: 1, b: 2, c: 3, d: 4 };
  const set = fop('SETXATTR', { gfid: FILE_GFID, flags: 0, dict }, ok);
  assert.equal(set.subject, `SETXATTR <gfid:${FILE_GFID}> a, b, c and 1 more`);
  assert.deepEqual(set.fields.xattr, ['a', 'b', 'c', 'd']);
});

test('subjects of the other file operations', () => {
  const subjects: [string, Fields, string][] = [
    ['OPEN', { gfid: FILE_GFID, flags: 32770 }, `OPEN <gfid:${FILE_GFID}> O_RDWR|O_LARGEFILE`],
    ['TRUNCATE', { gfid: FILE_GFID, offset: 1048576 }, `TRUNCATE <gfid:${FILE_GFID}> to 1 MiB`],
    ['SETATTR', { gfid: FILE_GFID, valid: 1 }, `SETATTR <gfid:${FILE_GFID}> MODE`],
    ['ACCESS', { gfid: FILE_GFID, mask: 0 }, `ACCESS <gfid:${FILE_GFID}> F_OK`],
    ['SEEK', { gfid: FILE_GFID, offset: 5, what: 1 }, `SEEK <gfid:${FILE_GFID}> HOLE at 5`],
    ['FALLOCATE', { gfid: FILE_GFID, offset: 0, size: 3 }, `FALLOCATE <gfid:${FILE_GFID}> 3 bytes at 0`],
    ['IPC', { op: 1 }, 'IPC 1'],
  ];
  for (const [name, request, subject] of subjects) assert.equal(fop(name, request, ok).subject, subject);
  const copied = fop(
    'COPY_FILE_RANGE',
    { gfid1: FILE_GFID, gfid2: DIRECTORY_GFID, off_in: 1, off_out: 2, size: 1024 },
    ok,
  );
  assert.equal(
    copied.subject,
    `COPY_FILE_RANGE <gfid:${FILE_GFID}> at 1 to <gfid:${DIRECTORY_GFID}> at 2 1 KiB`,
  );
  assert.equal(fop('SEEK', { gfid: FILE_GFID }, { ...ok, offset: 4096 }).result, 'at 4096');
  assert.equal(fop('READLINK', { gfid: FILE_GFID }, { op_ret: 3, op_errno: 0, path: '../t' }).result, '../t');
});

test('older versions have paths in the request, and otherwise the same sentences', () => {
  const old = both(FOP, 310, 'OPEN', { gfid: FILE_GFID, path: '/d/f', flags: 0 }, ok);
  assert.equal(old.subject, 'OPEN /d/f O_RDONLY');
  assert.equal(old.fields.path, '/d/f');
  const found = both(
    FOP,
    330,
    'LOOKUP',
    { pargfid: ROOT_GFID, bname: 'f' },
    { ...ok, stat: { ia_gfid: FILE_GFID } },
  );
  assert.equal(found.subject, 'LOOKUP /f');
  assert.equal(found.fields.gfid, FILE_GFID);
});

const setvolume: Fields = {
  dict: Object.fromEntries(
    Object.entries({
      'volfile-key': 'shd/h',
      'client-version': '10.3',
      'process-name': 'glustershd',
      'process-uuid':
        'CTX_ID:41c517ab-GRAPH_ID:0-PID:17841-HOST:node-HOST:1-PC_NAME:h-v-client-1-RECON_NO:-0',
      'remote-subvolume': '/bricks/h',
      username: '3a98cf22',
      password: '8a2811e6',
    }).map(([key, text]) => [key, { hex: '00', text }]),
  ),
};

test('SETVOLUME identifies the client; later lines have its volume and brick', () => {
  const describer = newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS));
  const setVolume = identify(
    describer,
    exchange(HANDSHAKE, 2, 'SETVOLUME', setvolume, { op_ret: 0, op_errno: 22 }),
  );
  assert.equal(setVolume.subject, 'SETVOLUME /bricks/h');
  assert.equal(setVolume.result, 'ok');
  assert.deepEqual(setVolume.fields, {
    volume: 'h-v',
    brick: '/bricks/h',
    client: {
      host: 'node-HOST:1',
      pid: 17841,
      mount_id: '41c517ab',
      process_name: 'glustershd',
      version: '10.3',
      subvolume: 'h-v-client-1',
      process_uuid: 'CTX_ID:41c517ab-GRAPH_ID:0-PID:17841-HOST:node-HOST:1-PC_NAME:h-v-client-1-RECON_NO:-0',
    },
    op_ret: 0,
    op_errno: 22,
  });
  const later = describer.describe(exchange(FOP, 400, 'STAT', { gfid: FILE_GFID }, ok), 'both');
  assert.deepEqual(later.fields, {
    volume: 'h-v',
    brick: '/bricks/h',
    client: { host: 'node-HOST:1', pid: 17841, process_name: 'glustershd' },
    gfid: FILE_GFID,
    op_ret: 0,
    op_errno: 0,
  });
  assert.equal(both(FOP, 400, 'STAT', { gfid: FILE_GFID }, ok).fields.volume, undefined);
});

test('with --detail full each line has the id of the mount', () => {
  const describer = newDescriber(connection, newContext({ ...PROTOCOL_OPTIONS, detail: 'full' }, HOST_HOOKS));
  identify(describer, exchange(HANDSHAKE, 2, 'SETVOLUME', setvolume, { op_ret: 0, op_errno: 22 }));
  const { client } = describer.describe(exchange(FOP, 400, 'STAT', { gfid: FILE_GFID }, ok), 'both').fields;
  // The order of the keys matters.
  assert.equal(
    JSON.stringify(client),
    '{"host":"node-HOST:1","pid":17841,"mount_id":"41c517ab","process_name":"glustershd"}',
  );
});

test('a refused SETVOLUME has the reason from its dictionary, and the volume from the key of the volfile', () => {
  const request = { dict: { 'volfile-key': '/rep', 'process-uuid': 'node1-1234-2013/01/01-00:00:00' } };
  const response = {
    op_ret: -1,
    op_errno: 13,
    dict: { ERROR: { hex: '00', text: 'Authentication failed' } },
  };
  const refused = both(HANDSHAKE, 2, 'SETVOLUME', request, response);
  assert.equal(refused.result, 'EACCES: Authentication failed');
  assert.equal(refused.fields.op_errstr, 'Authentication failed');
  assert.equal(refused.fields.volume, 'rep');
  assert.equal(refused.outcome, 'failure');
});

test('the key of a volfile names the volume', () => {
  const volumes: [string, string | undefined][] = [
    ['/rep', 'rep'],
    ['rep', 'rep'],
    ['shd/rep', 'rep'],
    ['rebalance/dist', 'dist'],
    ['rep.node1.bricks-r1', 'rep'],
    ['gluster/quotad', undefined],
    ['/snaps/s1/vol', undefined],
  ];
  for (const [key, volume] of volumes) {
    const { fields, subject, result } = both(
      HANDSHAKE,
      2,
      'GETSPEC',
      { flags: 1, key },
      { op_ret: 2650, op_errno: 0 },
    );
    assert.equal(fields.volume, volume, key);
    assert.equal(fields.volfile, key);
    assert.equal(subject, `GETSPEC ${key}`);
    assert.equal(result, 'ok');
  }
});

test('subjects and results of the other programs', () => {
  const dict = { volname: { hex: '00', text: 'rep' }, 'cmd-str': { hex: '00', text: 'volume start rep' } };
  const mgmt = both(MGMT, 2, 'STAGE_OP', { uuid: FILE_GFID, op: 5, buf: dict }, { op: 5, ...ok });
  assert.equal(mgmt.subject, 'STAGE_OP "volume start rep"');
  assert.equal(mgmt.fields.operation, 'GD_OP_START_VOLUME');
  assert.equal(mgmt.fields.volume, 'rep');
  assert.equal(mgmt.fields.command, 'volume start rep');
  assert.equal(both(MGMT, 1, 'STAGE_OP', { uuid: FILE_GFID, op: 7 }, ok).subject, 'STAGE_OP volume rename');
  const unlocked = both(MGMT, 3, 'UNLOCK', { uuid: FILE_GFID, txn_id: DIRECTORY_GFID, op: 0 }, ok);
  assert.equal(unlocked.subject, 'UNLOCK (txn bb40ca07) by 93e1d5cc');
  assert.equal(unlocked.fields.transaction, DIRECTORY_GFID);
  const refused = both(1238463, 2, 'START_VOLUME', { dict }, { op_ret: 1, op_errno: 30800, op_errstr: 'no' });
  assert.equal(refused.subject, 'START_VOLUME "volume start rep"');
  assert.equal(refused.result, 'EG_INTRNL: no');
  assert.equal(refused.outcome, 'failure');
  const probed = both(
    1238437,
    2,
    'PROBE_QUERY',
    { uuid: FILE_GFID, hostname: 'node2', port: 24007 },
    { op_ret: -1, op_errno: 3 },
  );
  assert.equal(probed.subject, 'PROBE_QUERY node2 by 93e1d5cc');
  assert.equal(probed.fields.error, 'GF_PROBE_ANOTHER_CLUSTER');
  const typed = (command: string, host?: string) =>
    both(1238463, 2, 'PROBE', { dict: { 'cmd-str': command, ...(host && { hostname: host }) } }, ok).subject;
  assert.equal(typed('peer probe node2', 'node2'), 'PROBE node2');
  assert.equal(typed('peer probe node2'), 'PROBE "peer probe node2"');
  const port = both(34123456, 1, 'PORTBYBRICK', { brick: '/b' }, { ...ok, status: 0, port: 49152 });
  assert.equal(`${port.subject} -> ${port.result}`, 'PORTBYBRICK /b -> 49152');
  assert.equal(port.fields.port, 49152);
  const ended = both(4867634, 2, 'BRICK_TERMINATE', { name: '/b', op: 1 }, ok);
  assert.equal(ended.subject, 'BRICK_TERMINATE /b');
  assert.equal(ended.fields.operation, 'GLUSTERD_BRICK_TERMINATE');
  assert.equal(both(123451501, 1, 'PING', undefined, ok).subject, 'PING');
  assert.equal(both(1239873, 1, 'VERSIONS', {}, { op_ret: 0, op_errno: 22 }).result, 'ok');
  const limit = both(29852134, 1, 'GETLIMIT', { dict: { gfid: { hex: '00', text: ROOT_GFID } } }, ok);
  assert.equal(limit.subject, 'GETLIMIT /');
});

test('a lookup of a missing file is an expected failure, at a brick and at quotad', () => {
  const request = { pargfid: DIRECTORY_GFID, bname: 'a' };
  assert.equal(fop('LOOKUP', request, enoent).expected, true);
  assert.equal(both(29852134, 1, 'LOOKUP', request, enoent).expected, true);
  assert.equal(fop('STAT', { gfid: FILE_GFID }, enoent).expected, undefined);
});

test('a callback has no result', () => {
  const call = exchange(52743234, 1, 'CACHE_INVALIDATION', { gfid: FILE_GFID, event_type: 1, flags: 256 });
  assert.deepEqual(
    newDescriber(connection, newContext(PROTOCOL_OPTIONS, HOST_HOOKS)).describe(call, 'call'),
    {
      fields: { gfid: FILE_GFID, flags: ['UP_FORGET'] },
      subject: `CACHE_INVALIDATION <gfid:${FILE_GFID}> UP_FORGET`,
      result: undefined,
      outcome: undefined,
    },
  );
});

test('an empty reply is a success; the outcome of an unreadable one is unknown', () => {
  assert.equal(both(34123456, 1, 'NULL').outcome, 'success');
  assert.equal(fop('STAT', { gfid: FILE_GFID }, {}).outcome, 'unknown');
  assert.equal(both(FOP, 400, 'STAT', { gfid: FILE_GFID }).outcome, 'unknown');
});
