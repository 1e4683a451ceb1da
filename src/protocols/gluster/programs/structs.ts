/**
 * Structs that several programs share: rpc/xdr/src/glusterfs3-xdr.x, glusterfs4-xdr.x and
 * rpc-common-xdr.x of GlusterFS 10.3.
 */
import {
  bytes,
  dict,
  hyper,
  int,
  named,
  opaque,
  string,
  struct,
  unsigned_hyper,
  unsigned_id,
  unsigned_int,
  uuid,
} from '../../rpc/xdr/types.js';
import { errnoName, fileMode, leaseCommand, leaseType, lkType, lkWhence } from '../enums/fop.js';

export const gf_statfs = struct('gf_statfs', {
  bsize: unsigned_hyper,
  frsize: unsigned_hyper,
  blocks: unsigned_hyper,
  bfree: unsigned_hyper,
  bavail: unsigned_hyper,
  files: unsigned_hyper,
  ffree: unsigned_hyper,
  favail: unsigned_hyper,
  fsid: unsigned_hyper,
  flag: unsigned_hyper,
  namemax: unsigned_hyper,
});

export const gf_proto_flock = struct('gf_proto_flock', {
  type: named(unsigned_int, lkType),
  whence: named(unsigned_int, lkWhence),
  start: unsigned_hyper,
  len: unsigned_hyper,
  pid: unsigned_int,
  lk_owner: bytes,
});

export const gf_proto_lease = struct('gf_proto_lease', {
  cmd: named(unsigned_int, leaseCommand),
  lease_type: named(unsigned_int, leaseType),
  lease_id: opaque(16),
  lease_flags: unsigned_int,
});

export const gf_iatt = struct('gf_iatt', {
  ia_gfid: uuid,
  ia_ino: unsigned_id,
  ia_dev: unsigned_id,
  mode: named(unsigned_int, fileMode),
  ia_nlink: unsigned_int,
  ia_uid: unsigned_int,
  ia_gid: unsigned_int,
  ia_rdev: unsigned_id,
  ia_size: unsigned_hyper,
  ia_blksize: unsigned_int,
  ia_blocks: unsigned_hyper,
  ia_atime: unsigned_int,
  ia_atime_nsec: unsigned_int,
  ia_mtime: unsigned_int,
  ia_mtime_nsec: unsigned_int,
  ia_ctime: unsigned_int,
  ia_ctime_nsec: unsigned_int,
});

export const gfx_iattx = struct('gfx_iattx', {
  ia_gfid: uuid,
  ia_flags: unsigned_hyper,
  ia_ino: unsigned_id,
  ia_dev: unsigned_id,
  ia_rdev: unsigned_id,
  ia_size: unsigned_hyper,
  ia_blocks: unsigned_hyper,
  ia_attributes: unsigned_hyper,
  ia_attributes_mask: unsigned_hyper,
  ia_atime: hyper,
  ia_mtime: hyper,
  ia_ctime: hyper,
  ia_btime: hyper,
  ia_atime_nsec: unsigned_int,
  ia_mtime_nsec: unsigned_int,
  ia_ctime_nsec: unsigned_int,
  ia_btime_nsec: unsigned_int,
  ia_nlink: unsigned_int,
  ia_uid: unsigned_int,
  ia_gid: unsigned_int,
  ia_blksize: unsigned_int,
  mode: named(unsigned_int, fileMode),
});

export const gfx_mdata_iatt = struct('gfx_mdata_iatt', {
  ia_atime: hyper,
  ia_mtime: hyper,
  ia_ctime: hyper,
  ia_atime_nsec: unsigned_int,
  ia_mtime_nsec: unsigned_int,
  ia_ctime_nsec: unsigned_int,
});

export const gfs3_locklist = struct('gfs3_locklist', {
  flock: gf_proto_flock,
  client_uid: string,
  lk_flags: unsigned_int,
});

export const gf_common_rsp = struct('gf_common_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: dict,
});
