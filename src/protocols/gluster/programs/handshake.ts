/**
 * GLUSTER_HNDSK version 2: what a client says to a brick or to glusterd before it may do anything. Since
 * GlusterFS 3.3; it kept its opaque dictionaries when GLUSTER_FOP went on to version 400. Numbers:
 * gf_handshake_procnum in rpc/rpc-lib/src/protocol-common.h; structs:
 * xlators/protocol/server/src/server-handshake.c, xlators/mgmt/glusterd/src/glusterd-handshake.c.
 */
import { procedure, program } from '../../rpc/program.js';
import { dict, int, named, string, struct, unsigned_int } from '../../rpc/xdr/types.js';
import { errnoName } from '../enums/fop.js';
import { gf_common_rsp } from './structs.js';

export const gf_setvolume_req = struct('gf_setvolume_req', {
  dict: dict,
});

export const gf_setvolume_rsp = struct('gf_setvolume_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
});

const gf_getspec_req = struct('gf_getspec_req', {
  flags: unsigned_int,
  key: string,
  xdata: dict,
});

const gf_getspec_rsp = struct('gf_getspec_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  spec: string,
  xdata: dict,
});

const gf_set_lk_ver_req = struct('gf_set_lk_ver_req', {
  uid: string,
  lk_ver: int,
});

const gf_set_lk_ver_rsp = struct('gf_set_lk_ver_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  lk_ver: int,
});

const gf_event_notify_req = struct('gf_event_notify_req', {
  op: int,
  dict: dict,
});

const gf_event_notify_rsp = struct('gf_event_notify_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
});

const gf_get_volume_info_req = struct('gf_get_volume_info_req', {
  dict: dict,
});

const gf_get_volume_info_rsp = struct('gf_get_volume_info_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

const gf_getsnap_name_uuid_req = struct('gf_getsnap_name_uuid_req', {
  dict: dict,
});

const gf_getsnap_name_uuid_rsp = struct('gf_getsnap_name_uuid_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

export const handshake = program(
  { number: 14398633, version: 2, name: 'GLUSTER_HNDSK', dataset: 'gluster.handshake' },
  [
    procedure(0, 'NULL', 'void', gf_common_rsp),
    procedure(1, 'SETVOLUME', gf_setvolume_req, gf_setvolume_rsp),
    procedure(2, 'GETSPEC', gf_getspec_req, gf_getspec_rsp),
    procedure(3, 'PING', 'void', gf_common_rsp),
    procedure(4, 'SET_LK_VER', gf_set_lk_ver_req, gf_set_lk_ver_rsp),
    procedure(5, 'EVENT_NOTIFY', gf_event_notify_req, gf_event_notify_rsp),
    procedure(6, 'GET_VOLUME_INFO', gf_get_volume_info_req, gf_get_volume_info_rsp),
    procedure(7, 'GET_SNAPSHOT_INFO', gf_getsnap_name_uuid_req, gf_getsnap_name_uuid_rsp),
  ],
);
