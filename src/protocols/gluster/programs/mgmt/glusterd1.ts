/**
 * GLUSTERD1_MGMT: the only program of glusterd in GlusterFS 3.1.0, for peers and for the gluster command. 3.1 and 3.2 kept
 * it for compatibility: gf_mgmt_procnum_ in rpc/rpc-lib/src/protocol-common.h and glusterd1_mgmt_actors in
 * xlators/mgmt/glusterd/src/glusterd-handler.c of GlusterFS 3.2.7. Structs as 3.2 has them; 3.1.0 had a type before the
 * count of ADD_BRICK and REMOVE_BRICK.
 */
import { brickRequest, statusMessage } from '../../describe/glusterd.js';
import { brickOp } from '../../enums/glusterd.js';
import { gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp } from '../brick.js';
import { COMMANDS } from '../cli/programs.js';
import { glusterProgram, NULL_PROCEDURE, procedure, proceduresOf } from '../procedure.js';
import { OLDER_PROCEDURES } from './cluster-lock.js';

const brickOperation = procedure({
  number: 31,
  name: 'BRICK_OP',
  call: gd1_mgmt_brick_op_req,
  reply: gd1_mgmt_brick_op_rsp,
  subject: [brickRequest(brickOp)],
  result: statusMessage,
  transaction: 'step',
});

export const glusterd1 = glusterProgram(
  { number: 1298433, version: 1, name: 'GLUSTERD1_MGMT', dataset: 'gluster.mgmt' },
  [NULL_PROCEDURE, ...proceduresOf('GLUSTERD1_MGMT 1', [...OLDER_PROCEDURES, ...COMMANDS]), brickOperation],
  { isGlusterd: true },
);
