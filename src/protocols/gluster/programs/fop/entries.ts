/** File operations on names in directories. */

import { linkTarget, lookedUpGfid, namedGfid, statusOnly } from '../../describe/replies.js';
import {
  entryName,
  file,
  flags,
  linked,
  lookedUp,
  newName,
  offset,
  oldName,
  size,
  symlinkTarget,
} from '../../describe/requests.js';
import {
  ENTRY_CREATION,
  ENTRY_LINK,
  ENTRY_LOOKUP,
  ENTRY_REMOVAL,
  ENTRY_RENAME,
  UNKNOWN_INODE_LINK,
} from '../../paths/observations.js';
import { fileOperation } from './file-operation.js';
import * as v310 from './v310-entries.js';
import * as v330 from './v330-entries.js';
import { gfx_common_2iatt_rsp, gfx_common_3iatt_rsp, gfx_common_iatt_rsp } from './v400-common.js';
import * as v400 from './v400-entries.js';

export const ENTRY_OPERATIONS = [
  fileOperation({
    number: 2,
    name: 'READLINK',
    versions: {
      310: [v310.gfs3_readlink_req, v310.gfs3_readlink_rsp],
      330: [v330.gfs3_readlink_req, v330.gfs3_readlink_rsp],
      400: [v400.gfx_readlink_req, v400.gfx_readlink_rsp],
    },
    subject: [file],
    result: linkTarget,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 3,
    name: 'MKNOD',
    versions: {
      310: [v310.gfs3_mknod_req, v310.gfs3_mknod_rsp],
      330: [v330.gfs3_mknod_req, v330.gfs3_mknod_rsp],
      400: [v400.gfx_mknod_req, gfx_common_3iatt_rsp],
    },
    subject: [entryName],
    result: namedGfid,
    paths: ENTRY_CREATION,
    locks: 'none',
  }),
  fileOperation({
    number: 4,
    name: 'MKDIR',
    versions: {
      310: [v310.gfs3_mkdir_req, v310.gfs3_mkdir_rsp],
      330: [v330.gfs3_mkdir_req, v330.gfs3_mkdir_rsp],
      400: [v400.gfx_mkdir_req, gfx_common_3iatt_rsp],
    },
    subject: [entryName],
    result: namedGfid,
    paths: ENTRY_CREATION,
    locks: 'none',
  }),
  fileOperation({
    number: 5,
    name: 'UNLINK',
    versions: {
      310: [v310.gfs3_unlink_req, v310.gfs3_unlink_rsp],
      330: [v330.gfs3_unlink_req, v330.gfs3_unlink_rsp],
      400: [v400.gfx_unlink_req, gfx_common_2iatt_rsp],
    },
    subject: [entryName],
    result: statusOnly,
    paths: ENTRY_REMOVAL,
    locks: 'none',
  }),
  fileOperation({
    number: 6,
    name: 'RMDIR',
    versions: {
      310: [v310.gfs3_rmdir_req, v310.gfs3_rmdir_rsp],
      330: [v330.gfs3_rmdir_req, v330.gfs3_rmdir_rsp],
      400: [v400.gfx_rmdir_req, gfx_common_2iatt_rsp],
    },
    subject: [entryName],
    result: statusOnly,
    paths: ENTRY_REMOVAL,
    locks: 'none',
  }),
  fileOperation({
    number: 7,
    name: 'SYMLINK',
    versions: {
      310: [v310.gfs3_symlink_req, v310.gfs3_symlink_rsp],
      330: [v330.gfs3_symlink_req, v330.gfs3_symlink_rsp],
      400: [v400.gfx_symlink_req, gfx_common_3iatt_rsp],
    },
    subject: [entryName, symlinkTarget],
    result: namedGfid,
    paths: ENTRY_CREATION,
    locks: 'none',
  }),
  fileOperation({
    number: 8,
    name: 'RENAME',
    versions: {
      310: [v310.gfs3_rename_req, v310.gfs3_rename_rsp],
      330: [v330.gfs3_rename_req, v330.gfs3_rename_rsp],
      400: [v400.gfx_rename_req, v400.gfx_rename_rsp],
    },
    subject: [oldName, newName],
    result: namedGfid,
    paths: ENTRY_RENAME,
    locks: 'none',
  }),
  fileOperation({
    number: 9,
    name: 'LINK',
    versions: {
      310: [v310.gfs3_link_req, v310.gfs3_link_rsp],
      330: [v330.gfs3_link_req, v330.gfs3_link_rsp],
      400: [v400.gfx_link_req, gfx_common_3iatt_rsp],
    },
    subject: [linked, newName],
    result: statusOnly,
    paths: ENTRY_LINK,
    locks: 'none',
  }),
  fileOperation({
    number: 23,
    name: 'CREATE',
    versions: {
      310: [v310.gfs3_create_req, v310.gfs3_create_rsp],
      330: [v330.gfs3_create_req, v330.gfs3_create_rsp],
      400: [v400.gfx_create_req, v400.gfx_create_rsp],
    },
    subject: [entryName, flags],
    result: namedGfid,
    paths: ENTRY_CREATION,
    locks: 'none',
  }),
  fileOperation({
    number: 27,
    name: 'LOOKUP',
    versions: {
      310: [v310.gfs3_lookup_req, v310.gfs3_lookup_rsp],
      330: [v330.gfs3_lookup_req, v330.gfs3_lookup_rsp],
      400: [v400.gfx_lookup_req, gfx_common_2iatt_rsp],
    },
    subject: [lookedUp],
    result: lookedUpGfid,
    paths: ENTRY_LOOKUP,
    locks: 'none',
    expectedErrors: ['ENOENT'],
  }),
  fileOperation({
    number: 53,
    name: 'ICREATE',
    versions: {
      400: [v400.gfx_icreate_req, gfx_common_iatt_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 54,
    name: 'NAMELINK',
    versions: {
      400: [v400.gfx_namelink_req, gfx_common_2iatt_rsp],
    },
    subject: [entryName],
    result: statusOnly,
    paths: UNKNOWN_INODE_LINK,
    locks: 'none',
  }),
  fileOperation({
    number: 55,
    name: 'PUT',
    versions: {
      400: [v400.gfx_put_req, gfx_common_3iatt_rsp],
    },
    data: 'call',
    subject: [entryName, size, offset],
    result: namedGfid,
    paths: ENTRY_CREATION,
    locks: 'none',
  }),
];
