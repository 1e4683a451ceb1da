/** File operations on the content of files, and on the whole volume. */

import { bytesRead, bytesWritten, resultOffset, statusOnly } from '../../describe/replies.js';
import { copied, file, flags, newSize, offset, seekTarget, size } from '../../describe/requests.js';
import { FLUSH, RELEASE, UNREADABLE } from '../../locks/lock-use.js';
import { UNREADABLE_OPERATIONS } from '../../paths/observations.js';
import { gf_common_rsp } from '../structs.js';
import { gf_common_rsp as gf_common_rsp_v310 } from '../structs-v310.js';
import { fileOperation } from './file-operation.js';
import * as v310 from './v310-data.js';
import * as v330 from './v330-data.js';
import { gfx_common_2iatt_rsp, gfx_common_3iatt_rsp, gfx_common_rsp } from './v400-common.js';
import * as v400 from './v400-data.js';

export const DATA_OPERATIONS = [
  fileOperation({
    number: 10,
    name: 'TRUNCATE',
    versions: {
      310: [v310.gfs3_truncate_req, v310.gfs3_truncate_rsp],
      330: [v330.gfs3_truncate_req, v330.gfs3_truncate_rsp],
      400: [v400.gfx_truncate_req, gfx_common_2iatt_rsp],
    },
    subject: [file, newSize],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 11,
    name: 'OPEN',
    versions: {
      310: [v310.gfs3_open_req, v310.gfs3_open_rsp],
      330: [v330.gfs3_open_req, v330.gfs3_open_rsp],
      400: [v400.gfx_open_req, v400.gfx_open_rsp],
    },
    subject: [file, flags],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 12,
    name: 'READ',
    versions: {
      310: [v310.gfs3_read_req, v310.gfs3_read_rsp],
      330: [v330.gfs3_read_req, v330.gfs3_read_rsp],
      400: [v400.gfx_read_req, v400.gfx_read_rsp],
    },
    data: 'reply',
    subject: [file, size, offset],
    result: bytesRead,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 13,
    name: 'WRITE',
    versions: {
      310: [v310.gfs3_write_req, v310.gfs3_write_rsp],
      330: [v330.gfs3_write_req, v330.gfs3_write_rsp],
      400: [v400.gfx_write_req, gfx_common_2iatt_rsp],
    },
    data: 'call',
    subject: [file, size, offset],
    result: bytesWritten,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 14,
    name: 'STATFS',
    versions: {
      310: [v310.gfs3_statfs_req, v310.gfs3_statfs_rsp],
      330: [v330.gfs3_statfs_req, v330.gfs3_statfs_rsp],
      400: [v400.gfx_statfs_req, v400.gfx_statfs_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 15,
    name: 'FLUSH',
    versions: {
      310: [v310.gfs3_flush_req, gf_common_rsp_v310],
      330: [v330.gfs3_flush_req, gf_common_rsp],
      400: [v400.gfx_flush_req, gfx_common_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: FLUSH,
  }),
  fileOperation({
    number: 16,
    name: 'FSYNC',
    versions: {
      310: [v310.gfs3_fsync_req, v310.gfs3_fsync_rsp],
      330: [v330.gfs3_fsync_req, v330.gfs3_fsync_rsp],
      400: [v400.gfx_fsync_req, gfx_common_2iatt_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 24,
    name: 'FTRUNCATE',
    versions: {
      310: [v310.gfs3_ftruncate_req, v310.gfs3_ftruncate_rsp],
      330: [v330.gfs3_ftruncate_req, v330.gfs3_ftruncate_rsp],
      400: [v400.gfx_ftruncate_req, gfx_common_2iatt_rsp],
    },
    subject: [file, newSize],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 37,
    name: 'RCHECKSUM',
    versions: {
      310: [v310.gfs3_rchecksum_req, v310.gfs3_rchecksum_rsp],
      330: [v330.gfs3_rchecksum_req, v330.gfs3_rchecksum_rsp],
      400: [v400.gfx_rchecksum_req, v400.gfx_rchecksum_rsp],
    },
    subject: [file, size, offset],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 41,
    name: 'RELEASE',
    versions: {
      310: [v310.gfs3_release_req, gf_common_rsp_v310],
      330: [v330.gfs3_release_req, gf_common_rsp],
      400: [v400.gfx_release_req, gfx_common_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: RELEASE,
  }),
  fileOperation({
    number: 44,
    name: 'FALLOCATE',
    versions: {
      330: [v330.gfs3_fallocate_req, v330.gfs3_fallocate_rsp],
      400: [v400.gfx_fallocate_req, gfx_common_2iatt_rsp],
    },
    subject: [file, size, offset],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 45,
    name: 'DISCARD',
    versions: {
      330: [v330.gfs3_discard_req, v330.gfs3_discard_rsp],
      400: [v400.gfx_discard_req, gfx_common_2iatt_rsp],
    },
    subject: [file, size, offset],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 46,
    name: 'ZEROFILL',
    versions: {
      330: [v330.gfs3_zerofill_req, v330.gfs3_zerofill_rsp],
      400: [v400.gfx_zerofill_req, gfx_common_2iatt_rsp],
    },
    subject: [file, size, offset],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 48,
    name: 'SEEK',
    versions: {
      330: [v330.gfs3_seek_req, v330.gfs3_seek_rsp],
      400: [v400.gfx_seek_req, v400.gfx_seek_rsp],
    },
    subject: [file, seekTarget, offset],
    result: resultOffset,
    paths: 'none',
    locks: 'none',
  }),
  // GlusterFS 3.8 to 6. Its structs are arrays of unions of other calls, which these tables cannot express.
  fileOperation({
    number: 49,
    name: 'COMPOUND',
    versions: {
      330: ['unknown', 'unknown'],
      400: ['unknown', 'unknown'],
    },
    subject: [],
    result: statusOnly,
    paths: UNREADABLE_OPERATIONS,
    locks: UNREADABLE,
  }),
  fileOperation({
    number: 56,
    name: 'COPY_FILE_RANGE',
    versions: {
      400: [v400.gfx_copy_file_range_req, gfx_common_3iatt_rsp],
    },
    subject: [copied, size],
    result: bytesWritten,
    paths: 'none',
    locks: 'none',
  }),
];
