/**
 * Structs of GLUSTER_FOP version 310 for the content of files:
 * rpc/xdr/src/glusterfs3-xdr.x of GlusterFS 3.2.7.
 */
import {
  bytes,
  id,
  int,
  named,
  string,
  struct,
  unsigned_hyper,
  unsigned_int,
  uuid,
} from '../../../rpc/xdr/types.js';
import { errnoName, openFlags } from '../../enums/fop.js';
import { gf_iatt, gf_statfs } from '../structs.js';

export const gfs3_open_req = struct('gfs3_open_req', {
  gfid: uuid,
  flags: named(unsigned_int, openFlags),
  wbflags: unsigned_int,
  path: string,
});

export const gfs3_open_rsp = struct('gfs3_open_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  fd: id,
});

export const gfs3_read_req = struct('gfs3_read_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  size: unsigned_int,
});

export const gfs3_read_rsp = struct('gfs3_read_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  size: unsigned_int,
});

export const gfs3_write_req = struct('gfs3_write_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  size: unsigned_int,
});

export const gfs3_write_rsp = struct('gfs3_write_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  prestat: gf_iatt,
  poststat: gf_iatt,
});

export const gfs3_flush_req = struct('gfs3_flush_req', {
  gfid: uuid,
  fd: id,
});

export const gfs3_fsync_req = struct('gfs3_fsync_req', {
  gfid: uuid,
  fd: id,
  data: unsigned_int,
});

export const gfs3_fsync_rsp = struct('gfs3_fsync_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  prestat: gf_iatt,
  poststat: gf_iatt,
});

export const gfs3_truncate_req = struct('gfs3_truncate_req', {
  gfid: uuid,
  offset: unsigned_hyper,
  path: string,
});

export const gfs3_truncate_rsp = struct('gfs3_truncate_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  prestat: gf_iatt,
  poststat: gf_iatt,
});

export const gfs3_ftruncate_req = struct('gfs3_ftruncate_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
});

export const gfs3_ftruncate_rsp = struct('gfs3_ftruncate_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  prestat: gf_iatt,
  poststat: gf_iatt,
});

export const gfs3_rchecksum_req = struct('gfs3_rchecksum_req', {
  fd: id,
  offset: unsigned_hyper,
  len: unsigned_int,
});

export const gfs3_rchecksum_rsp = struct('gfs3_rchecksum_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  weak_checksum: unsigned_int,
  strong_checksum: bytes,
});

export const gfs3_release_req = struct('gfs3_release_req', {
  gfid: uuid,
  fd: id,
});

export const gfs3_statfs_req = struct('gfs3_statfs_req', {
  gfid: uuid,
  path: string,
});

export const gfs3_statfs_rsp = struct('gfs3_statfs_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  statfs: gf_statfs,
});
