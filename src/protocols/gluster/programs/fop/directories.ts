/** File operations on directories as a whole. */

import { entryCount, statusOnly } from '../../describe/replies.js';
import { file } from '../../describe/requests.js';
import { DIRECTORY_LISTING } from '../../paths/observations.js';
import { gf_common_rsp } from '../structs.js';
import { gf_common_rsp as gf_common_rsp_v310 } from '../structs-v310.js';
import { fileOperation } from './file-operation.js';
import * as v310 from './v310-entries.js';
import * as v330 from './v330-entries.js';
import { gfx_common_rsp } from './v400-common.js';
import { gfx_open_rsp } from './v400-data.js';
import * as v400 from './v400-entries.js';

export const DIRECTORY_OPERATIONS = [
  fileOperation({
    number: 20,
    name: 'OPENDIR',
    versions: {
      310: [v310.gfs3_opendir_req, v310.gfs3_opendir_rsp],
      330: [v330.gfs3_opendir_req, v330.gfs3_opendir_rsp],
      400: [v400.gfx_opendir_req, gfx_open_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 21,
    name: 'FSYNCDIR',
    versions: {
      310: [v310.gfs3_fsyncdir_req, gf_common_rsp_v310],
      330: [v330.gfs3_fsyncdir_req, gf_common_rsp],
      400: [v400.gfx_fsyncdir_req, gfx_common_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 28,
    name: 'READDIR',
    versions: {
      310: [v310.gfs3_readdir_req, v310.gfs3_readdir_rsp],
      330: [v330.gfs3_readdir_req, v330.gfs3_readdir_rsp],
      400: [v400.gfx_readdir_req, v400.gfx_readdir_rsp],
    },
    subject: [file],
    result: entryCount,
    paths: 'none',
    locks: 'none',
  }),
  fileOperation({
    number: 40,
    name: 'READDIRP',
    versions: {
      310: [v310.gfs3_readdirp_req, v310.gfs3_readdirp_rsp],
      330: [v330.gfs3_readdirp_req, v330.gfs3_readdirp_rsp],
      400: [v400.gfx_readdirp_req, v400.gfx_readdirp_rsp],
    },
    subject: [file],
    result: entryCount,
    paths: DIRECTORY_LISTING,
    locks: 'none',
  }),
  fileOperation({
    number: 42,
    name: 'RELEASEDIR',
    versions: {
      310: [v310.gfs3_releasedir_req, gf_common_rsp_v310],
      330: [v330.gfs3_releasedir_req, gf_common_rsp],
      400: [v400.gfx_releasedir_req, gfx_common_rsp],
    },
    subject: [file],
    result: statusOnly,
    paths: 'none',
    locks: 'none',
  }),
];
