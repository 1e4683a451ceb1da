/**
 * GD_MGMT version 1, of GlusterFS 3.1.1 to 3.2: gd_svc_mgmt_actors in
 * xlators/mgmt/glusterd/src/glusterd-handler.c of GlusterFS 3.2.7. What became GD_FRIEND is still in it.
 */
import { procedure, program } from '../../../rpc/program.js';
import { int, named, string, struct, uuid_words, type XdrStruct } from '../../../rpc/xdr/types.js';
import { glusterdOpV1 } from '../../enums/glusterd.js';
import {
  gd1_mgmt_friend_req,
  gd1_mgmt_friend_rsp,
  gd1_mgmt_friend_update,
  gd1_mgmt_friend_update_rsp,
  gd1_mgmt_probe_req,
} from '../friend.js';
import {
  gd1_mgmt_cluster_lock_req,
  gd1_mgmt_cluster_lock_rsp,
  gd1_mgmt_cluster_unlock_req,
  gd1_mgmt_cluster_unlock_rsp,
  gd1_mgmt_commit_op_req,
  gd1_mgmt_commit_op_rsp,
  gd1_mgmt_stage_op_req,
  gd1_mgmt_stage_op_rsp,
} from './v2.js';

/** The same struct, whose operations had other numbers. */
const older = ({ name, fields }: XdrStruct) => struct(name, { ...fields, op: named(int, glusterdOpV1) });

export const stageOpV1 = (number: number) =>
  procedure(number, 'STAGE_OP', older(gd1_mgmt_stage_op_req), older(gd1_mgmt_stage_op_rsp));
export const commitOpV1 = (number: number) =>
  procedure(number, 'COMMIT_OP', older(gd1_mgmt_commit_op_req), older(gd1_mgmt_commit_op_rsp));

export const gd1_mgmt_probe_rsp = struct('gd1_mgmt_probe_rsp', {
  uuid: uuid_words,
  hostname: string,
  port: int,
  op_ret: int,
  op_errno: int,
});

export const mgmtV1 = program({ number: 1238433, version: 1, name: 'GD_MGMT', dataset: 'gluster.mgmt' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'PROBE_QUERY', gd1_mgmt_probe_req, gd1_mgmt_probe_rsp),
  procedure(2, 'FRIEND_ADD', gd1_mgmt_friend_req, gd1_mgmt_friend_rsp),
  procedure(3, 'CLUSTER_LOCK', gd1_mgmt_cluster_lock_req, gd1_mgmt_cluster_lock_rsp),
  procedure(4, 'CLUSTER_UNLOCK', gd1_mgmt_cluster_unlock_req, gd1_mgmt_cluster_unlock_rsp),
  stageOpV1(5),
  commitOpV1(6),
  procedure(7, 'FRIEND_REMOVE', gd1_mgmt_friend_req, gd1_mgmt_friend_rsp),
  procedure(8, 'FRIEND_UPDATE', gd1_mgmt_friend_update, gd1_mgmt_friend_update_rsp),
]);
