/**
 * GLUSTER_HNDSK version 1, of GlusterFS 3.1 and 3.2: xlators/protocol/server/src/server-handshake.c of
 * GlusterFS 3.2.7.
 */
import { procedure, program } from '../../rpc/program.js';
import { int, named, string, struct, unsigned_int } from '../../rpc/xdr/types.js';
import { errnoName } from '../enums/fop.js';
import { gf_setvolume_req, gf_setvolume_rsp } from './handshake.js';
import { gf_common_rsp } from './structs-v310.js';

const gf_getspec_req = struct('gf_getspec_req', {
  flags: unsigned_int,
  key: string,
});

const gf_getspec_rsp = struct('gf_getspec_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  spec: string,
});

export const handshakeV1 = program(
  { number: 14398633, version: 1, name: 'GLUSTER_HNDSK', dataset: 'gluster.handshake' },
  [
    procedure(0, 'NULL', 'void', gf_common_rsp),
    procedure(1, 'SETVOLUME', gf_setvolume_req, gf_setvolume_rsp),
    procedure(2, 'GETSPEC', gf_getspec_req, gf_getspec_rsp),
    procedure(3, 'PING', 'void', gf_common_rsp),
  ],
);
