/**
 * GD_FRIEND: peers are probed, added, removed and told of each other, since GlusterFS 3.3:
 * gd_svc_peer_actors in xlators/mgmt/glusterd/src/glusterd-handler.c. The op_errno of a probe and of a friend's
 * answer is a gf_probe_resp, no errno.
 */
import { procedure, program } from '../../rpc/program.js';
import { dict, int, named, string, struct, uuid_words } from '../../rpc/xdr/types.js';
import { errnoName } from '../enums/fop.js';

export const gd1_mgmt_probe_req = struct('gd1_mgmt_probe_req', {
  uuid: uuid_words,
  hostname: string,
  port: int,
});

const gd1_mgmt_probe_rsp = struct('gd1_mgmt_probe_rsp', {
  uuid: uuid_words,
  hostname: string,
  port: int,
  op_ret: int,
  op_errno: int,
  op_errstr: string,
});

export const gd1_mgmt_friend_req = struct('gd1_mgmt_friend_req', {
  uuid: uuid_words,
  hostname: string,
  port: int,
  vols: dict,
});

export const gd1_mgmt_friend_rsp = struct('gd1_mgmt_friend_rsp', {
  uuid: uuid_words,
  hostname: string,
  op_ret: int,
  op_errno: int,
  port: int,
});

export const gd1_mgmt_friend_update = struct('gd1_mgmt_friend_update', {
  uuid: uuid_words,
  friends: dict,
  port: int,
});

export const gd1_mgmt_friend_update_rsp = struct('gd1_mgmt_friend_update_rsp', {
  uuid: uuid_words,
  op: int,
  op_ret: int,
  op_errno: named(int, errnoName),
});

export const friend = program({ number: 1238437, version: 2, name: 'GD_FRIEND', dataset: 'gluster.friend' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'PROBE_QUERY', gd1_mgmt_probe_req, gd1_mgmt_probe_rsp),
  procedure(2, 'FRIEND_ADD', gd1_mgmt_friend_req, gd1_mgmt_friend_rsp),
  procedure(3, 'FRIEND_REMOVE', gd1_mgmt_friend_req, gd1_mgmt_friend_rsp),
  procedure(4, 'FRIEND_UPDATE', gd1_mgmt_friend_update, gd1_mgmt_friend_update_rsp),
]);
