/**
 * GLUSTER_DUMP: lists a server's programs, and pings it. Every server has it:
 * rpc/rpc-lib/src/rpcsvc.c (gluster_dump_prog). PING exists since GlusterFS 3.6.
 */

import { chain, int, named, string, struct, unsigned_hyper } from '../../rpc/xdr/types.js';
import { statusOnly } from '../describe/replies.js';
import { errnoName } from '../enums/fop.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from './procedure.js';
import { gf_common_rsp } from './structs.js';

const gf_dump_req = struct('gf_dump_req', {
  gfs_id: unsigned_hyper,
});

const gf_prog_detail = struct('gf_prog_detail', {
  progname: string,
  prognum: unsigned_hyper,
  progver: unsigned_hyper,
});

const gf_dump_rsp = struct('gf_dump_rsp', {
  gfs_id: unsigned_hyper,
  op_ret: int,
  op_errno: named(int, errnoName),
  prog: chain(gf_prog_detail),
});

export const dump = glusterProgram(
  { number: 123451501, version: 1, name: 'GLUSTER_DUMP', dataset: 'gluster.dump' },
  [
    NULL_PROCEDURE,
    procedure({
      number: 1,
      name: 'DUMP',
      call: gf_dump_req,
      reply: gf_dump_rsp,
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 2,
      name: 'PING',
      call: 'void',
      reply: gf_common_rsp,
      subject: [],
      result: statusOnly,
    }),
  ],
);
