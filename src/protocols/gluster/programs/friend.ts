/**
 * GD_FRIEND: peers are probed, added and removed, and send each other lists of peers, since GlusterFS 3.3:
 * gd_svc_peer_actors in xlators/mgmt/glusterd/src/glusterd-handler.c. Before, GD_MGMT and
 * GLUSTERD1_MGMT had these procedures. op_errno of PROBE_QUERY and FRIEND_ADD is a gf_probe_resp, not an errno.
 */

import { dict, int, named, string, struct, uuid_words } from '../../rpc/xdr/types.js';
import { hostname, peerUpdate, responderId, sender, senderVolumes } from '../describe/peers.js';
import { statusOnly } from '../describe/replies.js';
import { errnoName } from '../enums/fop.js';
import { probeResponse } from '../enums/glusterd.js';
import { glusterProgram, NULL_PROCEDURE, proceduresOf, sharedProcedure } from './procedure.js';

const gd1_mgmt_probe_req = struct('gd1_mgmt_probe_req', {
  uuid: uuid_words,
  hostname: string,
  port: int,
});

const gd1_mgmt_probe_rsp_v1 = struct('gd1_mgmt_probe_rsp', {
  uuid: uuid_words,
  hostname: string,
  port: int,
  op_ret: int,
  op_errno: int,
});

const gd1_mgmt_probe_rsp = struct('gd1_mgmt_probe_rsp', {
  uuid: uuid_words,
  hostname: string,
  port: int,
  op_ret: int,
  op_errno: int,
  op_errstr: string,
});

const gd1_mgmt_friend_req = struct('gd1_mgmt_friend_req', {
  uuid: uuid_words,
  hostname: string,
  port: int,
  vols: dict,
});

const gd1_mgmt_friend_rsp = struct('gd1_mgmt_friend_rsp', {
  uuid: uuid_words,
  hostname: string,
  op_ret: int,
  op_errno: int,
  port: int,
});

const gd1_mgmt_friend_update = struct('gd1_mgmt_friend_update', {
  uuid: uuid_words,
  friends: dict,
  port: int,
});

const gd1_mgmt_friend_update_rsp = struct('gd1_mgmt_friend_update_rsp', {
  uuid: uuid_words,
  op: int,
  op_ret: int,
  op_errno: named(int, errnoName),
});

/** Procedures on peers, in all programs. */
export const PEER_PROCEDURES = [
  sharedProcedure({
    name: 'PROBE_QUERY',
    programs: {
      'GD_FRIEND 2': [1, gd1_mgmt_probe_req, gd1_mgmt_probe_rsp],
      'GD_MGMT 1': [1, gd1_mgmt_probe_req, gd1_mgmt_probe_rsp_v1],
      'GLUSTERD1_MGMT 1': [1, gd1_mgmt_probe_req, gd1_mgmt_probe_rsp_v1],
    },
    subject: [hostname, sender],
    result: responderId,
    errorNames: probeResponse,
    identifiesPeer: true,
  }),
  sharedProcedure({
    name: 'FRIEND_ADD',
    programs: {
      'GD_FRIEND 2': [2, gd1_mgmt_friend_req, gd1_mgmt_friend_rsp],
      'GD_MGMT 1': [2, gd1_mgmt_friend_req, gd1_mgmt_friend_rsp],
      'GLUSTERD1_MGMT 1': [2, gd1_mgmt_friend_req, gd1_mgmt_friend_rsp],
    },
    subject: [hostname, senderVolumes],
    result: responderId,
    errorNames: probeResponse,
    identifiesPeer: true,
  }),
  sharedProcedure({
    name: 'FRIEND_REMOVE',
    programs: {
      'GD_FRIEND 2': [3, gd1_mgmt_friend_req, gd1_mgmt_friend_rsp],
      'GD_MGMT 1': [7, gd1_mgmt_friend_req, gd1_mgmt_friend_rsp],
      'GLUSTERD1_MGMT 1': [7, gd1_mgmt_friend_req, gd1_mgmt_friend_rsp],
    },
    subject: [hostname, sender],
    result: statusOnly,
    alsoReads: { reply: { uuid: uuid_words } },
  }),
  sharedProcedure({
    name: 'FRIEND_UPDATE',
    programs: {
      'GD_FRIEND 2': [4, gd1_mgmt_friend_update, gd1_mgmt_friend_update_rsp],
      'GD_MGMT 1': [8, gd1_mgmt_friend_update, gd1_mgmt_friend_update_rsp],
      'GLUSTERD1_MGMT 1': [8, gd1_mgmt_friend_update, gd1_mgmt_friend_update_rsp],
    },
    subject: [peerUpdate],
    result: statusOnly,
    alsoReads: { reply: { uuid: uuid_words } },
  }),
];

export const friend = glusterProgram(
  { number: 1238437, version: 2, name: 'GD_FRIEND', dataset: 'gluster.friend' },
  [NULL_PROCEDURE, ...proceduresOf('GD_FRIEND 2', PEER_PROCEDURES)],
  { isGlusterd: true },
);
