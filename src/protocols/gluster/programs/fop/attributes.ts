/** File operations on attributes and extended attributes. */

import { statusOnly } from '../../describe/replies.js';
import {
  access,
  changedAttributes,
  file,
  ipcOperation,
  xattrName,
  xattrNames,
} from '../../describe/requests.js';
import { CLEAR_COMMAND, MIGRATION } from '../../locks/lock-use.js';
import { gf_common_rsp } from '../structs.js';
import { gf_common_rsp as gf_common_rsp_v310 } from '../structs-v310.js';
import { fileOperation } from './file-operation.js';
import * as v310 from './v310-attributes.js';
import * as v330 from './v330-attributes.js';
import * as v400 from './v400-attributes.js';
import {
  gfx_common_2iatt_rsp,
  gfx_common_dict_rsp,
  gfx_common_iatt_rsp,
  gfx_common_rsp,
} from './v400-common.js';

export const ATTRIBUTE_OPERATIONS = [
  fileOperation({
    number: 1,
    name: 'STAT',
    versions: {
      310: [v310.gfs3_stat_req, v310.gfs3_stat_rsp],
      330: [v330.gfs3_stat_req, v330.gfs3_stat_rsp],
      400: [v400.gfx_stat_req, gfx_common_iatt_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 17,
    name: 'SETXATTR',
    versions: {
      310: [v310.gfs3_setxattr_req, gf_common_rsp_v310],
      330: [v330.gfs3_setxattr_req, gf_common_rsp],
      400: [v400.gfx_setxattr_req, gfx_common_rsp],
    },
    subject: [file, xattrNames],
    result: statusOnly,
    paths: 'none',
    locks: MIGRATION,
  }),
  fileOperation({
    number: 18,
    name: 'GETXATTR',
    versions: {
      310: [v310.gfs3_getxattr_req, v310.gfs3_getxattr_rsp],
      330: [v330.gfs3_getxattr_req, v330.gfs3_getxattr_rsp],
      400: [v400.gfx_getxattr_req, gfx_common_dict_rsp],
    },
    subject: [file, xattrName],
    result: statusOnly,
    paths: 'none',
    locks: CLEAR_COMMAND,
    expectedErrors: ['ENODATA'],
  }),
  fileOperation({
    number: 19,
    name: 'REMOVEXATTR',
    versions: {
      310: [v310.gfs3_removexattr_req, gf_common_rsp_v310],
      330: [v330.gfs3_removexattr_req, gf_common_rsp],
      400: [v400.gfx_removexattr_req, gfx_common_rsp],
    },
    subject: [file, xattrName],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 22,
    name: 'ACCESS',
    versions: {
      310: [v310.gfs3_access_req, gf_common_rsp_v310],
      330: [v330.gfs3_access_req, gf_common_rsp],
      400: [v400.gfx_access_req, gfx_common_rsp],
    },
    subject: [file, access],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 25,
    name: 'FSTAT',
    versions: {
      310: [v310.gfs3_fstat_req, v310.gfs3_fstat_rsp],
      330: [v330.gfs3_fstat_req, v330.gfs3_fstat_rsp],
      400: [v400.gfx_fstat_req, gfx_common_iatt_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 33,
    name: 'XATTROP',
    versions: {
      310: [v310.gfs3_xattrop_req, v310.gfs3_xattrop_rsp],
      330: [v330.gfs3_xattrop_req, v330.gfs3_xattrop_rsp],
      400: [v400.gfx_xattrop_req, gfx_common_dict_rsp],
    },
    subject: [file, xattrNames],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 34,
    name: 'FXATTROP',
    versions: {
      310: [v310.gfs3_fxattrop_req, v310.gfs3_fxattrop_rsp],
      330: [v330.gfs3_fxattrop_req, v330.gfs3_fxattrop_rsp],
      400: [v400.gfx_fxattrop_req, gfx_common_dict_rsp],
    },
    subject: [file, xattrNames],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 35,
    name: 'FGETXATTR',
    versions: {
      310: [v310.gfs3_fgetxattr_req, v310.gfs3_fgetxattr_rsp],
      330: [v330.gfs3_fgetxattr_req, v330.gfs3_fgetxattr_rsp],
      400: [v400.gfx_fgetxattr_req, gfx_common_dict_rsp],
    },
    subject: [file, xattrName],
    result: statusOnly,
    paths: 'none',
    locks: CLEAR_COMMAND,
    expectedErrors: ['ENODATA'],
  }),
  fileOperation({
    number: 36,
    name: 'FSETXATTR',
    versions: {
      310: [v310.gfs3_fsetxattr_req, gf_common_rsp_v310],
      330: [v330.gfs3_fsetxattr_req, gf_common_rsp],
      400: [v400.gfx_fsetxattr_req, gfx_common_rsp],
    },
    subject: [file, xattrNames],
    result: statusOnly,
    paths: 'none',
    locks: MIGRATION,
  }),
  fileOperation({
    number: 38,
    name: 'SETATTR',
    versions: {
      310: [v310.gfs3_setattr_req, v310.gfs3_setattr_rsp],
      330: [v330.gfs3_setattr_req, v330.gfs3_setattr_rsp],
      400: [v400.gfx_setattr_req, gfx_common_2iatt_rsp],
    },
    subject: [file, changedAttributes],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 39,
    name: 'FSETATTR',
    versions: {
      310: [v310.gfs3_fsetattr_req, v310.gfs3_fsetattr_rsp],
      330: [v330.gfs3_fsetattr_req, v330.gfs3_fsetattr_rsp],
      400: [v400.gfx_fsetattr_req, gfx_common_2iatt_rsp],
    },
    subject: [file, changedAttributes],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 43,
    name: 'FREMOVEXATTR',
    versions: {
      330: [v330.gfs3_fremovexattr_req, gf_common_rsp],
      400: [v400.gfx_fremovexattr_req, gfx_common_rsp],
    },
    subject: [file, xattrName],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 47,
    name: 'IPC',
    versions: {
      330: [v330.gfs3_ipc_req, gf_common_rsp],
      400: [v400.gfx_ipc_req, gfx_common_rsp],
    },
    subject: [ipcOperation],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
];
