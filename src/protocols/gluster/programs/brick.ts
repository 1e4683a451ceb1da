/**
 * GD_BRICK: what glusterd asks of its bricks and daemons: glusterd_brick_procnum in
 * rpc/rpc-lib/src/protocol-common.h, glusterfs_actors in glusterfsd/src/glusterfsd-mgmt.c. GlusterFS 3.4 alone
 * had BRICK_BD_OP at 9.
 */
import { procedure, program } from '../../rpc/program.js';
import { dict, int, named, since, string, struct } from '../../rpc/xdr/types.js';
import { errnoName } from '../enums/fop.js';
import { brickOp } from '../enums/glusterd.js';

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

export const brick = program({ number: 4867634, version: 2, name: 'GD_BRICK', dataset: 'gluster.brick' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'BRICK_TERMINATE', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(2, 'BRICK_XLATOR_INFO', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(3, 'BRICK_XLATOR_OP', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(4, 'BRICK_STATUS', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(5, 'BRICK_OP', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(6, 'BRICK_XLATOR_DEFRAG', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(7, 'NODE_PROFILE', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(8, 'NODE_STATUS', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(9, 'VOLUME_BARRIER_OP', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(10, 'BRICK_BARRIER', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(11, 'NODE_BITROT', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(12, 'BRICK_ATTACH', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(13, 'DUMP_METRICS', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(14, 'SVC_ATTACH', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(15, 'SVC_DETACH', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
]);

/** Of GlusterFS 3.2, where it is called GLUSTERFS_PROGRAM. */
export const brickV1 = program({ number: 4867634, version: 1, name: 'GD_BRICK', dataset: 'gluster.brick' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'BRICK_TERMINATE', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  procedure(2, 'BRICK_XLATOR_INFO', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
]);
