/**
 * GLUSTER_HNDSK: a client identifies itself to a brick or to glusterd before any other call. Version 1 is of GlusterFS 3.1
 * and 3.2: xlators/protocol/server/src/server-handshake.c of GlusterFS 3.2.7. Version 2, since 3.3, kept its opaque
 * dictionaries when GLUSTER_FOP went on to version 400. Numbers: gf_handshake_procnum in
 * rpc/rpc-lib/src/protocol-common.h; structs: xlators/protocol/server/src/server-handshake.c,
 * xlators/mgmt/glusterd/src/glusterd-handshake.c.
 */
import { dict, int, named, string, struct, unsigned_int } from '../../rpc/xdr/types.js';
import { volfile, volume } from '../describe/management.js';
import { statusOnly } from '../describe/replies.js';
import { errnoName } from '../enums/fop.js';
import { glusterProgram, proceduresOf, sharedProcedure } from './procedure.js';
import { gf_common_rsp } from './structs.js';
import { gf_common_rsp as gf_common_rsp_v310 } from './structs-v310.js';

const gf_setvolume_req = struct('gf_setvolume_req', {
  dict: dict,
});

const gf_setvolume_rsp = struct('gf_setvolume_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
});

const gf_getspec_req_v1 = struct('gf_getspec_req', {
  flags: unsigned_int,
  key: string,
});

const gf_getspec_rsp_v1 = struct('gf_getspec_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  spec: string,
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

const ROWS = [
  sharedProcedure({
    name: 'NULL',
    programs: {
      'GLUSTER_HNDSK 1': [0, 'void', gf_common_rsp_v310],
      'GLUSTER_HNDSK 2': [0, 'void', gf_common_rsp],
    },
    subject: [],
    result: statusOnly,
  }),
  sharedProcedure({
    name: 'SETVOLUME',
    programs: {
      'GLUSTER_HNDSK 1': [1, gf_setvolume_req, gf_setvolume_rsp],
      'GLUSTER_HNDSK 2': [1, gf_setvolume_req, gf_setvolume_rsp],
    },
    subject: [volume],
    result: statusOnly,
    identifiesClient: true,
    // The client's identity, and the reason of a refusal (ERROR).
    alsoReads: { call: { dict }, reply: { dict } },
  }),
  sharedProcedure({
    name: 'GETSPEC',
    programs: {
      'GLUSTER_HNDSK 1': [2, gf_getspec_req_v1, gf_getspec_rsp_v1],
      'GLUSTER_HNDSK 2': [2, gf_getspec_req, gf_getspec_rsp],
    },
    subject: [volfile],
    result: statusOnly,
  }),
  sharedProcedure({
    name: 'PING',
    programs: {
      'GLUSTER_HNDSK 1': [3, 'void', gf_common_rsp_v310],
      'GLUSTER_HNDSK 2': [3, 'void', gf_common_rsp],
    },
    subject: [],
    result: statusOnly,
  }),
  sharedProcedure({
    name: 'SET_LK_VER',
    programs: {
      'GLUSTER_HNDSK 2': [4, gf_set_lk_ver_req, gf_set_lk_ver_rsp],
    },
    subject: [],
    result: statusOnly,
  }),
  sharedProcedure({
    name: 'EVENT_NOTIFY',
    programs: {
      'GLUSTER_HNDSK 2': [5, gf_event_notify_req, gf_event_notify_rsp],
    },
    subject: [volume],
    result: statusOnly,
  }),
  sharedProcedure({
    name: 'GET_VOLUME_INFO',
    programs: {
      'GLUSTER_HNDSK 2': [6, gf_get_volume_info_req, gf_get_volume_info_rsp],
    },
    subject: [volume],
    result: statusOnly,
  }),
  sharedProcedure({
    name: 'GET_SNAPSHOT_INFO',
    programs: {
      'GLUSTER_HNDSK 2': [7, gf_getsnap_name_uuid_req, gf_getsnap_name_uuid_rsp],
    },
    subject: [volume],
    result: statusOnly,
  }),
];

export const handshakeV1 = glusterProgram(
  { number: 14398633, version: 1, name: 'GLUSTER_HNDSK', dataset: 'gluster.handshake' },
  proceduresOf('GLUSTER_HNDSK 1', ROWS),
);

export const handshake = glusterProgram(
  { number: 14398633, version: 2, name: 'GLUSTER_HNDSK', dataset: 'gluster.handshake' },
  proceduresOf('GLUSTER_HNDSK 2', ROWS),
);
