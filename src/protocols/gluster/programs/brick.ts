/**
 * GD_BRICK: requests of glusterd to its bricks and daemons: glusterd_brick_procnum in
 * rpc/rpc-lib/src/protocol-common.h, glusterfs_actors in glusterfsd/src/glusterfsd-mgmt.c. GlusterFS 3.4 alone
 * had BRICK_BD_OP at 9.
 */
import { dict, int, named, since, string, struct } from '../../rpc/xdr/types.js';
import { brickRequest, statusMessage } from '../describe/glusterd.js';
import { errnoName } from '../enums/fop.js';
import { brickOp } from '../enums/glusterd.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from './procedure.js';

export const gd1_mgmt_brick_op_req = struct('gd1_mgmt_brick_op_req', {
  name: string,
  op: named(int, brickOp),
  input: dict,
  dict: since(dict),
});

export const gd1_mgmt_brick_op_rsp = struct('gd1_mgmt_brick_op_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  output: dict,
  op_errstr: string,
});

/** All procedures have the same structs. */
const brickProcedure = (number: number, name: string) =>
  procedure({
    number,
    name,
    call: gd1_mgmt_brick_op_req,
    reply: gd1_mgmt_brick_op_rsp,
    subject: [brickRequest(brickOp)],
    result: statusMessage,
  });

/** The procedures of version 1, which GlusterFS 3.2 calls GLUSTERFS_PROGRAM. */
const FIRST_PROCEDURES = [
  NULL_PROCEDURE,
  brickProcedure(1, 'BRICK_TERMINATE'),
  brickProcedure(2, 'BRICK_XLATOR_INFO'),
];

export const brickV1 = glusterProgram(
  { number: 4867634, version: 1, name: 'GD_BRICK', dataset: 'gluster.brick' },
  FIRST_PROCEDURES,
  { isGlusterd: true },
);

export const brick = glusterProgram(
  { number: 4867634, version: 2, name: 'GD_BRICK', dataset: 'gluster.brick' },
  [
    ...FIRST_PROCEDURES,
    brickProcedure(3, 'BRICK_XLATOR_OP'),
    brickProcedure(4, 'BRICK_STATUS'),
    brickProcedure(5, 'BRICK_OP'),
    brickProcedure(6, 'BRICK_XLATOR_DEFRAG'),
    brickProcedure(7, 'NODE_PROFILE'),
    brickProcedure(8, 'NODE_STATUS'),
    brickProcedure(9, 'VOLUME_BARRIER_OP'),
    brickProcedure(10, 'BRICK_BARRIER'),
    brickProcedure(11, 'NODE_BITROT'),
    brickProcedure(12, 'BRICK_ATTACH'),
    brickProcedure(13, 'DUMP_METRICS'),
    brickProcedure(14, 'SVC_ATTACH'),
    brickProcedure(15, 'SVC_DETACH'),
  ],
  { isGlusterd: true },
);
