/**
 * GD_MGMT version 3: the phases of a transaction among glusterds, since GlusterFS 3.6:
 * glusterd_mgmt_v3_procnum in rpc/rpc-lib/src/protocol-common.h,
 * xlators/mgmt/glusterd/src/glusterd-mgmt-handler.c.
 */
import { either, procedure, program } from '../../../rpc/program.js';
import { dict, int, named, string, struct, uuid_words } from '../../../rpc/xdr/types.js';
import { errnoName } from '../../enums/fop.js';
import { glusterdOp } from '../../enums/glusterd.js';

const gd1_mgmt_v3_lock_req = struct('gd1_mgmt_v3_lock_req', {
  uuid: uuid_words,
  txn_id: uuid_words,
  op: named(int, glusterdOp),
  dict: dict,
});

const gd1_mgmt_v3_lock_rsp = struct('gd1_mgmt_v3_lock_rsp', {
  uuid: uuid_words,
  txn_id: uuid_words,
  dict: dict,
  op_ret: int,
  op_errno: named(int, errnoName),
});

const gd1_mgmt_v3_pre_val_req = struct('gd1_mgmt_v3_pre_val_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  dict: dict,
});

const gd1_mgmt_v3_pre_val_rsp = struct('gd1_mgmt_v3_pre_val_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

const gd1_mgmt_v3_brick_op_req = struct('gd1_mgmt_v3_brick_op_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  dict: dict,
});

const gd1_mgmt_v3_brick_op_rsp = struct('gd1_mgmt_v3_brick_op_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

const gd1_mgmt_v3_commit_req = struct('gd1_mgmt_v3_commit_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  dict: dict,
});

const gd1_mgmt_v3_commit_rsp = struct('gd1_mgmt_v3_commit_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  op_errstr: string,
});

const gd1_mgmt_v3_post_val_req = struct('gd1_mgmt_v3_post_val_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  dict: dict,
});

const gd1_mgmt_v3_post_val_rsp = struct('gd1_mgmt_v3_post_val_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

const gd1_mgmt_v3_unlock_req = struct('gd1_mgmt_v3_unlock_req', {
  uuid: uuid_words,
  txn_id: uuid_words,
  op: named(int, glusterdOp),
  dict: dict,
});

const gd1_mgmt_v3_unlock_rsp = struct('gd1_mgmt_v3_unlock_rsp', {
  uuid: uuid_words,
  txn_id: uuid_words,
  dict: dict,
  op_ret: int,
  op_errno: named(int, errnoName),
});

const gd1_mgmt_v3_post_commit_req = struct('gd1_mgmt_v3_post_commit_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  dict: dict,
});

const gd1_mgmt_v3_post_commit_rsp = struct('gd1_mgmt_v3_post_commit_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  op_errstr: string,
});

const postCommit = (number: number) =>
  procedure(number, 'POST_COMMIT', gd1_mgmt_v3_post_commit_req, gd1_mgmt_v3_post_commit_rsp);
const postValidate = (number: number) =>
  procedure(number, 'POST_VALIDATE', gd1_mgmt_v3_post_val_req, gd1_mgmt_v3_post_val_rsp);
const unlock = (number: number) =>
  procedure(number, 'UNLOCK', gd1_mgmt_v3_unlock_req, gd1_mgmt_v3_unlock_rsp);

/** GlusterFS 9.0 and 9.1 put POST_COMMIT before the two that had its place before and have it since. */
export const mgmtV3 = program({ number: 1238433, version: 3, name: 'GD_MGMT', dataset: 'gluster.mgmt' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'LOCK', gd1_mgmt_v3_lock_req, gd1_mgmt_v3_lock_rsp),
  procedure(2, 'PRE_VALIDATE', gd1_mgmt_v3_pre_val_req, gd1_mgmt_v3_pre_val_rsp),
  procedure(3, 'BRICK_OP', gd1_mgmt_v3_brick_op_req, gd1_mgmt_v3_brick_op_rsp),
  procedure(4, 'COMMIT', gd1_mgmt_v3_commit_req, gd1_mgmt_v3_commit_rsp),
  either(postValidate(5), postCommit(5)),
  either(unlock(6), postValidate(6)),
  either(postCommit(7), unlock(7)),
]);
