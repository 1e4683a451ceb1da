/**
 * Structs of GlusterFS 3.1 and 3.2 in an older form than later versions have under the same names:
 * rpc/xdr/src/glusterfs3-xdr.x of GlusterFS 3.2.7.
 */
import { int, named, struct, unsigned_hyper, unsigned_id, unsigned_int } from '../../rpc/xdr/types.js';
import { errnoName, lkType, lkWhence } from '../enums/fop.js';

export const gf_proto_flock = struct('gf_proto_flock', {
  type: named(unsigned_int, lkType),
  whence: named(unsigned_int, lkWhence),
  start: unsigned_hyper,
  len: unsigned_hyper,
  pid: unsigned_int,
  owner: unsigned_id,
});

export const gf_common_rsp = struct('gf_common_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
});
