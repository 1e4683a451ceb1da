/**
 * GLUSTER_FOP, the file operations between clients and bricks. Numbers: gf_fop_procnum in
 * rpc/rpc-lib/src/protocol-common.h.
 *
 * - Version 400, since GlusterFS 4.0. Structs: xlators/protocol/server/src/server-rpc-fops_v2.c. NULL is answered with
 *   version 330's reply.
 * - Version 330, of GlusterFS 3.3 to 10, and of newer clients of such servers. Its structs never changed; procedures
 *   were only added (3.3 had them up to 43, 3.8 up to 52). Structs: xlators/protocol/server/src/server-rpc-fops.c.
 * - Version 310, of GlusterFS 3.1 and 3.2, which send paths beside gfids and know no xdata. Structs:
 *   xlators/protocol/server/src/server3_1-fops.c of GlusterFS 3.2.7.
 */

import { statusOnly } from '../../describe/replies.js';
import { type GlusterProgram, glusterProgram } from '../procedure.js';
import { gf_common_rsp } from '../structs.js';
import { gf_common_rsp as gf_common_rsp_v310 } from '../structs-v310.js';
import { ATTRIBUTE_OPERATIONS } from './attributes.js';
import { DATA_OPERATIONS } from './data.js';
import { DIRECTORY_OPERATIONS } from './directories.js';
import { ENTRY_OPERATIONS } from './entries.js';
import { type FopVersion, fileOperation } from './file-operation.js';
import { LOCK_OPERATIONS } from './locks.js';

const NULL_OPERATION = fileOperation({
  number: 0,
  name: 'NULL',
  versions: {
    310: ['void', gf_common_rsp_v310],
    330: ['void', gf_common_rsp],
    400: ['void', gf_common_rsp],
  },
  subject: [],
  result: statusOnly,
  paths: 'none',
  locks: 'none',
});

const OPERATIONS = [
  NULL_OPERATION,
  ...ENTRY_OPERATIONS,
  ...DIRECTORY_OPERATIONS,
  ...DATA_OPERATIONS,
  ...ATTRIBUTE_OPERATIONS,
  ...LOCK_OPERATIONS,
];

function fopProgram(version: FopVersion): GlusterProgram {
  const rows = OPERATIONS.map((operation) => operation(version)).filter((row) => row !== undefined);
  const id = { number: 1298437, version, name: 'GLUSTER_FOP', dataset: 'gluster.fop' } as const;
  return glusterProgram(id, rows, { isFileOperations: true });
}

export const fopV310 = fopProgram(310);
export const fopV330 = fopProgram(330);
export const fopV400 = fopProgram(400);
