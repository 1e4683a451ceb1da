/**
 * Structs of GLUSTER_FOP version 400 for the content of files:
 * rpc/xdr/src/glusterfs4-xdr.x.
 */
import {
  bytes,
  gfx_dict,
  id,
  int,
  named,
  struct,
  unsigned_hyper,
  unsigned_int,
  uuid,
} from '../../../rpc/xdr/types.js';
import { errnoName, fallocateFlags, openFlags, seekWhat } from '../../enums/fop.js';
import { gf_statfs, gfx_iattx } from '../structs.js';

export const gfx_open_req = struct('gfx_open_req', {
  gfid: uuid,
  flags: named(unsigned_int, openFlags),
  xdata: gfx_dict,
});

export const gfx_open_rsp = struct('gfx_open_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  fd: id,
});

export const gfx_read_req = struct('gfx_read_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  size: unsigned_int,
  flag: named(unsigned_int, openFlags),
  xdata: gfx_dict,
});

export const gfx_read_rsp = struct('gfx_read_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gfx_iattx,
  size: unsigned_int,
  xdata: gfx_dict,
});

export const gfx_write_req = struct('gfx_write_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  size: unsigned_int,
  flag: named(unsigned_int, openFlags),
  xdata: gfx_dict,
});

export const gfx_flush_req = struct('gfx_flush_req', {
  gfid: uuid,
  fd: id,
  xdata: gfx_dict,
});

export const gfx_fsync_req = struct('gfx_fsync_req', {
  gfid: uuid,
  fd: id,
  data: unsigned_int,
  xdata: gfx_dict,
});

export const gfx_truncate_req = struct('gfx_truncate_req', {
  gfid: uuid,
  offset: unsigned_hyper,
  xdata: gfx_dict,
});

export const gfx_ftruncate_req = struct('gfx_ftruncate_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  xdata: gfx_dict,
});

export const gfx_fallocate_req = struct('gfx_fallocate_req', {
  gfid: uuid,
  fd: id,
  flags: named(unsigned_int, fallocateFlags),
  offset: unsigned_hyper,
  size: unsigned_hyper,
  xdata: gfx_dict,
});

export const gfx_discard_req = struct('gfx_discard_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  size: unsigned_hyper,
  xdata: gfx_dict,
});

export const gfx_zerofill_req = struct('gfx_zerofill_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  size: unsigned_hyper,
  xdata: gfx_dict,
});

export const gfx_seek_req = struct('gfx_seek_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  what: named(int, seekWhat),
  xdata: gfx_dict,
});

export const gfx_seek_rsp = struct('gfx_seek_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  offset: unsigned_hyper,
});

export const gfx_copy_file_range_req = struct('gfx_copy_file_range_req', {
  gfid1: uuid,
  gfid2: uuid,
  fd_in: id,
  fd_out: id,
  off_in: unsigned_hyper,
  off_out: unsigned_hyper,
  size: unsigned_int,
  flag: unsigned_int,
  xdata: gfx_dict,
});

export const gfx_rchecksum_req = struct('gfx_rchecksum_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_hyper,
  len: unsigned_int,
  flags: unsigned_int,
  xdata: gfx_dict,
});

export const gfx_rchecksum_rsp = struct('gfx_rchecksum_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  flags: unsigned_int,
  weak_checksum: unsigned_int,
  strong_checksum: bytes,
});

export const gfx_release_req = struct('gfx_release_req', {
  gfid: uuid,
  fd: id,
  xdata: gfx_dict,
});

export const gfx_statfs_req = struct('gfx_statfs_req', {
  gfid: uuid,
  xdata: gfx_dict,
});

export const gfx_statfs_rsp = struct('gfx_statfs_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  statfs: gf_statfs,
});
