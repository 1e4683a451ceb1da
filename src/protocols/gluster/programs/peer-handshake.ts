/**
 * GD_MGMT_HNDSK: two glusterds agree on an operating version, since GlusterFS 3.4:
 * gd_mgmt_hndsk_prog in xlators/mgmt/glusterd/src/glusterd-handshake.c.
 */

import { dict, int, named, struct } from '../../rpc/xdr/types.js';
import { proposedVersion, supportedVersions } from '../describe/peers.js';
import { statusOnly } from '../describe/replies.js';
import { errnoName } from '../enums/fop.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from './procedure.js';

const gf_mgmt_hndsk_req = struct('gf_mgmt_hndsk_req', {
  hndsk: dict,
});

const gf_mgmt_hndsk_rsp = struct('gf_mgmt_hndsk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  hndsk: dict,
});

export const peerHandshake = glusterProgram(
  { number: 1239873, version: 1, name: 'GD_MGMT_HNDSK', dataset: 'gluster.peer_handshake' },
  [
    NULL_PROCEDURE,
    procedure({
      number: 1,
      name: 'VERSIONS',
      call: gf_mgmt_hndsk_req,
      reply: gf_mgmt_hndsk_rsp,
      subject: [proposedVersion],
      result: supportedVersions,
    }),
    procedure({
      number: 2,
      name: 'VERSIONS_ACK',
      call: gf_mgmt_hndsk_req,
      reply: gf_mgmt_hndsk_rsp,
      subject: [proposedVersion],
      result: statusOnly,
    }),
  ],
  { isGlusterd: true, nonZeroFails: false },
);
