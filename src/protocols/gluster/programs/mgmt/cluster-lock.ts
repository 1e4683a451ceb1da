/**
 * GD_MGMT versions 1 and 2: a glusterd runs a transaction on its peers. STAGE_OP and COMMIT_OP carry the dictionary of the
 * gluster command.
 *
 * - Version 1 is of GlusterFS 3.1.1 to 3.2: gd_svc_mgmt_actors in xlators/mgmt/glusterd/src/glusterd-handler.c of 3.2.7.
 *   It still has the procedures that became GD_FRIEND.
 * - Version 2, since 3.3: gd_svc_mgmt_actors in xlators/mgmt/glusterd/src/glusterd-handler.c.
 */

import { dict, int, named, string, struct, uuid_words } from '../../../rpc/xdr/types.js';
import { statusMessage, transactionStep } from '../../describe/glusterd.js';
import { statusOnly } from '../../describe/replies.js';
import { errnoName } from '../../enums/fop.js';
import { glusterdOp, glusterdOpV1 } from '../../enums/glusterd.js';
import { PEER_PROCEDURES } from '../friend.js';
import { glusterProgram, NULL_PROCEDURE, proceduresOf, sharedProcedure } from '../procedure.js';

const gd1_mgmt_cluster_lock_req = struct('gd1_mgmt_cluster_lock_req', {
  uuid: uuid_words,
});

const gd1_mgmt_cluster_lock_rsp = struct('gd1_mgmt_cluster_lock_rsp', {
  uuid: uuid_words,
  op_ret: int,
  op_errno: named(int, errnoName),
});

const gd1_mgmt_cluster_unlock_req = struct('gd1_mgmt_cluster_unlock_req', {
  uuid: uuid_words,
});

const gd1_mgmt_cluster_unlock_rsp = struct('gd1_mgmt_cluster_unlock_rsp', {
  uuid: uuid_words,
  op_ret: int,
  op_errno: named(int, errnoName),
});

const gd1_mgmt_stage_op_req = struct('gd1_mgmt_stage_op_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  buf: dict,
});

const gd1_mgmt_stage_op_rsp = struct('gd1_mgmt_stage_op_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

const gd1_mgmt_commit_op_req = struct('gd1_mgmt_commit_op_req', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  buf: dict,
});

const gd1_mgmt_commit_op_rsp = struct('gd1_mgmt_commit_op_rsp', {
  uuid: uuid_words,
  op: named(int, glusterdOp),
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  op_errstr: string,
});

/** Structs of version 1, whose operations have other numbers. */
const OLDER_OP = { op: named(int, glusterdOpV1) };
const gd1_mgmt_stage_op_req_v1 = struct('gd1_mgmt_stage_op_req', {
  ...gd1_mgmt_stage_op_req.fields,
  ...OLDER_OP,
});
const gd1_mgmt_stage_op_rsp_v1 = struct('gd1_mgmt_stage_op_rsp', {
  ...gd1_mgmt_stage_op_rsp.fields,
  ...OLDER_OP,
});
const gd1_mgmt_commit_op_req_v1 = struct('gd1_mgmt_commit_op_req', {
  ...gd1_mgmt_commit_op_req.fields,
  ...OLDER_OP,
});
const gd1_mgmt_commit_op_rsp_v1 = struct('gd1_mgmt_commit_op_rsp', {
  ...gd1_mgmt_commit_op_rsp.fields,
  ...OLDER_OP,
});

/** The fields of replies that gluster/cluster/transaction-trace.ts reads. */
const RESPONDER = { reply: { uuid: uuid_words } };

const step = transactionStep(glusterdOp);
const olderStep = transactionStep(glusterdOpV1);

const CLUSTER_LOCKS = [
  sharedProcedure({
    name: 'CLUSTER_LOCK',
    programs: {
      'GD_MGMT 1': [3, gd1_mgmt_cluster_lock_req, gd1_mgmt_cluster_lock_rsp],
      'GLUSTERD1_MGMT 1': [3, gd1_mgmt_cluster_lock_req, gd1_mgmt_cluster_lock_rsp],
      'GD_MGMT 2': [1, gd1_mgmt_cluster_lock_req, gd1_mgmt_cluster_lock_rsp],
    },
    subject: [step],
    result: statusOnly,
    transaction: 'cluster lock',
    alsoReads: RESPONDER,
  }),
  sharedProcedure({
    name: 'CLUSTER_UNLOCK',
    programs: {
      'GD_MGMT 1': [4, gd1_mgmt_cluster_unlock_req, gd1_mgmt_cluster_unlock_rsp],
      'GLUSTERD1_MGMT 1': [4, gd1_mgmt_cluster_unlock_req, gd1_mgmt_cluster_unlock_rsp],
      'GD_MGMT 2': [2, gd1_mgmt_cluster_unlock_req, gd1_mgmt_cluster_unlock_rsp],
    },
    subject: [step],
    result: statusOnly,
    transaction: 'cluster unlock',
    alsoReads: RESPONDER,
  }),
];

/** Phases of a transaction. */
const PHASES = [
  sharedProcedure({
    name: 'STAGE_OP',
    programs: {
      'GD_MGMT 2': [3, gd1_mgmt_stage_op_req, gd1_mgmt_stage_op_rsp],
    },
    subject: [step],
    result: statusMessage,
    transaction: 'step',
    alsoReads: RESPONDER,
  }),
  sharedProcedure({
    name: 'COMMIT_OP',
    programs: {
      'GD_MGMT 2': [4, gd1_mgmt_commit_op_req, gd1_mgmt_commit_op_rsp],
    },
    subject: [step],
    result: statusMessage,
    transaction: 'step',
    alsoReads: RESPONDER,
  }),
];

const OLDER_PHASES = [
  sharedProcedure({
    name: 'STAGE_OP',
    programs: {
      'GD_MGMT 1': [5, gd1_mgmt_stage_op_req_v1, gd1_mgmt_stage_op_rsp_v1],
      'GLUSTERD1_MGMT 1': [5, gd1_mgmt_stage_op_req_v1, gd1_mgmt_stage_op_rsp_v1],
    },
    subject: [olderStep],
    result: statusMessage,
    transaction: 'step',
    alsoReads: RESPONDER,
  }),
  sharedProcedure({
    name: 'COMMIT_OP',
    programs: {
      'GD_MGMT 1': [6, gd1_mgmt_commit_op_req_v1, gd1_mgmt_commit_op_rsp_v1],
      'GLUSTERD1_MGMT 1': [6, gd1_mgmt_commit_op_req_v1, gd1_mgmt_commit_op_rsp_v1],
    },
    subject: [olderStep],
    result: statusMessage,
    transaction: 'step',
    alsoReads: RESPONDER,
  }),
];

/** Procedures that version 1 shares with GLUSTERD1_MGMT. */
export const OLDER_PROCEDURES = [...PEER_PROCEDURES, ...CLUSTER_LOCKS, ...OLDER_PHASES];

export const mgmtV1 = glusterProgram(
  { number: 1238433, version: 1, name: 'GD_MGMT', dataset: 'gluster.mgmt' },
  [NULL_PROCEDURE, ...proceduresOf('GD_MGMT 1', OLDER_PROCEDURES)],
  { isGlusterd: true },
);

export const mgmtV2 = glusterProgram(
  { number: 1238433, version: 2, name: 'GD_MGMT', dataset: 'gluster.mgmt' },
  [NULL_PROCEDURE, ...proceduresOf('GD_MGMT 2', [...CLUSTER_LOCKS, ...PHASES])],
  { isGlusterd: true },
);
