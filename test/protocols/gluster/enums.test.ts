import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { test } from 'node:test';
import { clientName } from '../../../src/protocols/gluster/enums/client-pids.js';
import {
  accessMask,
  direntType,
  errnoName,
  fallocateFlags,
  fileMode,
  leaseCommand,
  leaseType,
  lkType,
  openFlags,
  setattrValid,
  setxattrFlags,
  upcallFlags,
  xattropFlags,
} from '../../../src/protocols/gluster/enums/fop.js';
import {
  brickOp,
  deprobeResponse,
  glusterdOp,
  glusterdOpV1,
  probeResponse,
} from '../../../src/protocols/gluster/enums/glusterd.js';

test('error numbers have the names of Linux', () => {
  const secondNames = new Set(['EWOULDBLOCK', 'ENOTSUP', 'EDEADLOCK']);
  for (const [name, number] of Object.entries(os.errno)) {
    if (!secondNames.has(name)) assert.equal(errnoName.of(number), name);
  }
  assert.equal(errnoName.of(95), 'EOPNOTSUPP');
  assert.equal(errnoName.of(116), 'ESTALE');
  assert.equal(errnoName.of(133), 'EHWPOISON');
  for (const number of [0, 41, 58, 134, -1]) assert.equal(errnoName.of(number), undefined);
});

test('error numbers of other systems and of glusterd', () => {
  assert.equal(errnoName.of(523), 'EBADCOOKIE');
  assert.equal(errnoName.of(906), 'EFTYPE');
  assert.equal(errnoName.of(1024), 'GF_ERROR_CODE_UNKNOWN');
  assert.equal(errnoName.of(30800), 'EG_INTRNL');
  assert.equal(errnoName.of(30816), 'EG_NOGANESHA');
});

test('open flags: the access mode, then bits, then bits without a name', () => {
  assert.deepEqual(openFlags.of(0), ['O_RDONLY']);
  assert.deepEqual(openFlags.of(32769), ['O_WRONLY', 'O_LARGEFILE']);
  assert.deepEqual(openFlags.of(0o1102), ['O_RDWR', 'O_CREAT', 'O_TRUNC']);
  assert.deepEqual(openFlags.of(3), ['O_ACCMODE']);
  assert.deepEqual(openFlags.of(-2147483648 | 2), ['O_RDWR', '0x80000000']);
  for (const name of ['O_CREAT', 'O_EXCL', 'O_NOCTTY', 'O_TRUNC', 'O_APPEND', 'O_NONBLOCK'] as const) {
    assert.deepEqual(openFlags.of(constants[name]), ['O_RDONLY', name]);
  }
});

test('file modes: the type and the permissions', () => {
  assert.equal(fileMode.of(0o100644), 'S_IFREG|0644');
  assert.equal(fileMode.of(0o041777), 'S_IFDIR|1777');
  assert.equal(fileMode.of(0o120777), 'S_IFLNK|0777');
  assert.equal(fileMode.of(0o755), '0755');
  assert.equal(fileMode.of(0), '0000');
  assert.equal(fileMode.of(0xffffffff), '37777777777');
});

test('bits: no names if no bit is set, unless zero has a name', () => {
  assert.deepEqual(accessMask.of(0), ['F_OK']);
  assert.deepEqual(accessMask.of(5), ['R_OK', 'X_OK']);
  assert.equal(setattrValid.of(0), undefined);
  assert.deepEqual(setattrValid.of(0x1b0), [
    'GF_SET_ATTR_ATIME',
    'GF_SET_ATTR_MTIME',
    'GF_ATTR_ATIME_NOW',
    'GF_ATTR_MTIME_NOW',
  ]);
  assert.deepEqual(setxattrFlags.of(2), ['XATTR_REPLACE']);
  assert.deepEqual(fallocateFlags.of(3), ['FALLOC_FL_KEEP_SIZE', 'FALLOC_FL_PUNCH_HOLE']);
  assert.deepEqual(upcallFlags.of(256), ['UP_FORGET']);
  assert.deepEqual(upcallFlags.of(0x4001), ['UP_NLINK', '0x4000']);
});

test('single values with names', () => {
  assert.equal(lkType.of(2), 'GF_LK_F_UNLCK');
  assert.equal(leaseCommand.of(0), undefined);
  assert.equal(leaseCommand.of(3), 'GF_UNLK_LEASE');
  assert.equal(leaseType.of(2), 'GF_RW_LEASE');
  assert.equal(direntType.of(10), 'DT_LNK');
  assert.equal(direntType.of(3), undefined);
  assert.equal(xattropFlags.of(5), 'GF_XATTROP_ADD_ARRAY_WITH_DEFAULT');
  assert.equal(xattropFlags.of(-1), undefined);
});

test('operations of glusterd have other numbers in GlusterFS 3.2', () => {
  assert.equal(glusterdOp.of(5), 'GD_OP_START_VOLUME');
  assert.equal(glusterdOp.of(18), 'GD_OP_STATUS_VOLUME');
  assert.equal(glusterdOp.of(43), 'GD_OP_ADD_TIER_BRICK');
  assert.equal(glusterdOp.of(44), undefined);
  assert.equal(glusterdOpV1.of(5), 'GD_OP_START_VOLUME');
  assert.equal(glusterdOpV1.of(18), 'GD_OP_GSYNC_SET');
  assert.equal(brickOp.of(15), 'GLUSTERD_SVC_DETACH');
  assert.equal(probeResponse.of(3), 'GF_PROBE_ANOTHER_CLUSTER');
  assert.equal(deprobeResponse.of(4), 'GF_DEPROBE_FRIEND_DOWN');
});

test("negative process ids are GlusterFS's own clients", () => {
  assert.equal(clientName(-6), 'self-heal daemon (GF_CLIENT_PID_SELF_HEALD)');
  assert.equal(clientName(-3), 'rebalance (GF_CLIENT_PID_DEFRAG)');
  assert.equal(clientName(-13), 'time keeping (GF_CLIENT_PID_SET_UTIME)');
  assert.equal(clientName(-14), 'quota helper (GF_CLIENT_PID_QUOTA_HELPER)');
  for (const pid of [0, 1, 4148, -15, -2147483648]) assert.equal(clientName(pid), undefined);
});
