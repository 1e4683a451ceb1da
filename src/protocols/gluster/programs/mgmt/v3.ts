/**
 * GD_MGMT version 3: the phases of a transaction between glusterds, since GlusterFS 3.6:
 * glusterd_mgmt_v3_procnum in rpc/rpc-lib/src/protocol-common.h,
 * xlators/mgmt/glusterd/src/glusterd-mgmt-handler.c.
 */
import { withAlternative } from '../../../rpc/program.js';
import { dict, int, named, string, struct, uuid_words } from '../../../rpc/xdr/types.js';
import { statusMessage, transactionStep } from '../../describe/glusterd.js';
import { statusOnly } from '../../describe/replies.js';
import { errnoName } from '../../enums/fop.js';
import { glusterdOp } from '../../enums/glusterd.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from '../procedure.js';

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

const step = transactionStep(glusterdOp);

/** The fields of replies that gluster/cluster/transaction-trace.ts reads. */
const RESPONDER = { uuid: uuid_words };
const LOCKED = { ...RESPONDER, txn_id: uuid_words };

const lock = procedure({
  number: 1,
  name: 'LOCK',
  call: gd1_mgmt_v3_lock_req,
  reply: gd1_mgmt_v3_lock_rsp,
  subject: [step],
  result: statusOnly,
  transaction: 'lock',
  alsoReads: { reply: LOCKED },
});

const preValidate = procedure({
  number: 2,
  name: 'PRE_VALIDATE',
  call: gd1_mgmt_v3_pre_val_req,
  reply: gd1_mgmt_v3_pre_val_rsp,
  subject: [step],
  result: statusMessage,
  transaction: 'step',
  alsoReads: { reply: RESPONDER },
});

const brickOp = procedure({
  number: 3,
  name: 'BRICK_OP',
  call: gd1_mgmt_v3_brick_op_req,
  reply: gd1_mgmt_v3_brick_op_rsp,
  subject: [step],
  result: statusMessage,
  transaction: 'step',
  alsoReads: { reply: RESPONDER },
});

const commit = procedure({
  number: 4,
  name: 'COMMIT',
  call: gd1_mgmt_v3_commit_req,
  reply: gd1_mgmt_v3_commit_rsp,
  subject: [step],
  result: statusMessage,
  transaction: 'step',
  alsoReads: { reply: RESPONDER },
});

const postCommit = (number: number) =>
  procedure({
    number,
    name: 'POST_COMMIT',
    call: gd1_mgmt_v3_post_commit_req,
    reply: gd1_mgmt_v3_post_commit_rsp,
    subject: [step],
    result: statusMessage,
    transaction: 'step',
    alsoReads: { reply: RESPONDER },
  });

const postValidate = (number: number) =>
  procedure({
    number,
    name: 'POST_VALIDATE',
    call: gd1_mgmt_v3_post_val_req,
    reply: gd1_mgmt_v3_post_val_rsp,
    subject: [step],
    result: statusMessage,
    transaction: 'step',
    alsoReads: { reply: RESPONDER },
  });

const unlock = (number: number) =>
  procedure({
    number,
    name: 'UNLOCK',
    call: gd1_mgmt_v3_unlock_req,
    reply: gd1_mgmt_v3_unlock_rsp,
    subject: [step],
    result: statusOnly,
    transaction: 'unlock',
    alsoReads: { reply: LOCKED },
  });

/** In GlusterFS 9.0 and 9.1 POST_COMMIT comes before POST_VALIDATE and UNLOCK, in all other versions after them. */
export const mgmtV3 = glusterProgram(
  { number: 1238433, version: 3, name: 'GD_MGMT', dataset: 'gluster.mgmt' },
  [
    NULL_PROCEDURE,
    lock,
    preValidate,
    brickOp,
    commit,
    withAlternative(postValidate(5), postCommit(5)),
    withAlternative(unlock(6), postValidate(6)),
    withAlternative(postCommit(7), unlock(7)),
  ],
  { isGlusterd: true },
);
