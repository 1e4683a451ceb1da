/** Locks and leases. */
import { entryLock, lease, rangeLock } from '../../describe/lock-fields.js';
import { lockCount, statusOnly } from '../../describe/replies.js';
import { file } from '../../describe/requests.js';
import { ENTRY_LOCK, INODE_LOCK, RECORD_LOCK } from '../../locks/lock-use.js';
import { gf_common_rsp } from '../structs.js';
import { gf_common_rsp as gf_common_rsp_v310 } from '../structs-v310.js';
import { fileOperation } from './file-operation.js';
import * as v310 from './v310-locks.js';
import * as v330 from './v330-locks.js';
import { gfx_common_rsp } from './v400-common.js';
import * as v400 from './v400-locks.js';

export const LOCK_OPERATIONS = [
  fileOperation({
    number: 26,
    name: 'LK',
    versions: {
      310: [v310.gfs3_lk_req, v310.gfs3_lk_rsp],
      330: [v330.gfs3_lk_req, v330.gfs3_lk_rsp],
      400: [v400.gfx_lk_req, v400.gfx_lk_rsp],
    },
    subject: [file, rangeLock],
    result: statusOnly,
    paths: 'none',
    locks: RECORD_LOCK,
    expectedErrors: ['EAGAIN'],
  }),
  fileOperation({
    number: 29,
    name: 'INODELK',
    versions: {
      310: [v310.gfs3_inodelk_req, gf_common_rsp_v310],
      330: [v330.gfs3_inodelk_req, gf_common_rsp],
      400: [v400.gfx_inodelk_req, gfx_common_rsp],
    },
    subject: [file, rangeLock],
    result: statusOnly,
    paths: 'none',
    locks: INODE_LOCK,
    expectedErrors: ['EAGAIN'],
  }),
  fileOperation({
    number: 30,
    name: 'FINODELK',
    versions: {
      310: [v310.gfs3_finodelk_req, gf_common_rsp_v310],
      330: [v330.gfs3_finodelk_req, gf_common_rsp],
      400: [v400.gfx_finodelk_req, gfx_common_rsp],
    },
    subject: [file, rangeLock],
    result: statusOnly,
    paths: 'none',
    locks: INODE_LOCK,
    expectedErrors: ['EAGAIN'],
  }),
  fileOperation({
    number: 31,
    name: 'ENTRYLK',
    versions: {
      310: [v310.gfs3_entrylk_req, gf_common_rsp_v310],
      330: [v330.gfs3_entrylk_req, gf_common_rsp],
      400: [v400.gfx_entrylk_req, gfx_common_rsp],
    },
    subject: [file, entryLock],
    result: statusOnly,
    paths: 'none',
    locks: ENTRY_LOCK,
    expectedErrors: ['EAGAIN'],
  }),
  fileOperation({
    number: 32,
    name: 'FENTRYLK',
    versions: {
      310: [v310.gfs3_fentrylk_req, gf_common_rsp_v310],
      330: [v330.gfs3_fentrylk_req, gf_common_rsp],
      400: [v400.gfx_fentrylk_req, gfx_common_rsp],
    },
    subject: [file, entryLock],
    result: statusOnly,
    paths: 'none',
    locks: ENTRY_LOCK,
    expectedErrors: ['EAGAIN'],
  }),
  fileOperation({
    number: 50,
    name: 'LEASE',
    versions: {
      330: [v330.gfs3_lease_req, v330.gfs3_lease_rsp],
      400: [v400.gfx_lease_req, v400.gfx_lease_rsp],
    },
    subject: [file, lease],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 51,
    name: 'GETACTIVELK',
    versions: {
      330: [v330.gfs3_getactivelk_req, v330.gfs3_getactivelk_rsp],
      400: [v400.gfx_getactivelk_req, v400.gfx_getactivelk_rsp],
    },
    subject: [file],
    result: lockCount,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 52,
    name: 'SETACTIVELK',
    versions: {
      330: [v330.gfs3_setactivelk_req, v330.gfs3_setactivelk_rsp],
      400: [v400.gfx_setactivelk_req, gfx_common_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
];
