/**
 * GD_MGMT_HNDSK: two glusterds agree on an operating version, since GlusterFS 3.4:
 * gd_mgmt_hndsk_prog in xlators/mgmt/glusterd/src/glusterd-handshake.c.
 */
import { procedure, program } from '../../rpc/program.js';
import { dict, int, named, struct } from '../../rpc/xdr/types.js';
import { errnoName } from '../enums/fop.js';

const gf_mgmt_hndsk_req = struct('gf_mgmt_hndsk_req', {
  hndsk: dict,
});

const gf_mgmt_hndsk_rsp = struct('gf_mgmt_hndsk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  hndsk: dict,
});

export const peerHandshake = program(
  { number: 1239873, version: 1, name: 'GD_MGMT_HNDSK', dataset: 'gluster.peer_handshake' },
  [
    procedure(0, 'NULL', 'void', 'void'),
    procedure(1, 'VERSIONS', gf_mgmt_hndsk_req, gf_mgmt_hndsk_rsp),
    procedure(2, 'VERSIONS_ACK', gf_mgmt_hndsk_req, gf_mgmt_hndsk_rsp),
  ],
);
