/**
 * GD_MGMT version 2: how one glusterd makes the others take part in a change, since GlusterFS 3.3:
 * gd_svc_mgmt_actors in xlators/mgmt/glusterd/src/glusterd-handler.c. The dictionaries of STAGE_OP and COMMIT_OP
 * are what the CLI sent.
 */
import { procedure, program } from '../../../rpc/program.js';
import { dict, int, named, string, struct, uuid_words } from '../../../rpc/xdr/types.js';
import { errnoName } from '../../enums/fop.js';
import { glusterdOp } from '../../enums/glusterd.js';

export const gd1_mgmt_cluster_lock_req = struct('gd1_mgmt_cluster_lock_req', {
  uuid: uuid_words,
});

export const gd1_mgmt_cluster_lock_rsp = struct('gd1_mgmt_cluster_lock_rsp', {
  uuid: uuid_words,
  op_ret: int,
  op_errno: named(int, errnoName),
});

export const gd1_mgmt_cluster_unlock_req = struct('gd1_mgmt_cluster_unlock_req', {
  uuid: uuid_words,
});

export const gd1_mgmt_cluster_unlock_rsp = struct('gd1_mgmt_cluster_unlock_rsp', {
  uuid: uuid_words,
  op_ret: int,
  op_errno: named(int, errnoName),
});

export const gd1_mgmt_stage_op_req = struct('gd1_mgmt_stage_op_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  buf: dict,
});

export const gd1_mgmt_stage_op_rsp = struct('gd1_mgmt_stage_op_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

export const gd1_mgmt_commit_op_req = struct('gd1_mgmt_commit_op_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  buf: dict,
});

export const gd1_mgmt_commit_op_rsp = struct('gd1_mgmt_commit_op_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  op_errstr: string,
});

export const mgmtV2 = program({ number: 1238433, version: 2, name: 'GD_MGMT', dataset: 'gluster.mgmt' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'CLUSTER_LOCK', gd1_mgmt_cluster_lock_req, gd1_mgmt_cluster_lock_rsp),
  procedure(2, 'CLUSTER_UNLOCK', gd1_mgmt_cluster_unlock_req, gd1_mgmt_cluster_unlock_rsp),
  procedure(3, 'STAGE_OP', gd1_mgmt_stage_op_req, gd1_mgmt_stage_op_rsp),
  procedure(4, 'COMMIT_OP', gd1_mgmt_commit_op_req, gd1_mgmt_commit_op_rsp),
]);
