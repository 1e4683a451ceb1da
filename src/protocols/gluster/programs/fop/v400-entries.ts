/**
 * Structs of GLUSTER_FOP version 400 for names in directories and for listings:
 * rpc/xdr/src/glusterfs4-xdr.x.
 */
import {
  chain,
  gfx_dict,
  id,
  int,
  named,
  string,
  struct,
  unsigned_hyper,
  unsigned_id,
  unsigned_int,
  uuid,
} from '../../../rpc/xdr/types.js';
import { direntType, errnoName, fileMode, openFlags } from '../../enums/fop.js';
import { gfx_iattx } from '../structs.js';

export const gfx_lookup_req = struct('gfx_lookup_req', {
  gfid: uuid,
  pargfid: uuid,
  flags: unsigned_int,
  bname: string,
  xdata: gfx_dict,
});

export const gfx_mknod_req = struct('gfx_mknod_req', {
  pargfid: uuid,
  dev: unsigned_id,
  mode: named(unsigned_int, fileMode),
  umask: unsigned_int,
  bname: string,
  xdata: gfx_dict,
});

export const gfx_mkdir_req = struct('gfx_mkdir_req', {
  pargfid: uuid,
  mode: named(unsigned_int, fileMode),
  umask: unsigned_int,
  bname: string,
  xdata: gfx_dict,
});

export const gfx_unlink_req = struct('gfx_unlink_req', {
  pargfid: uuid,
  bname: string,
  xflags: unsigned_int,
  xdata: gfx_dict,
});

export const gfx_rmdir_req = struct('gfx_rmdir_req', {
  pargfid: uuid,
  xflags: int,
  bname: string,
  xdata: gfx_dict,
});

export const gfx_symlink_req = struct('gfx_symlink_req', {
  pargfid: uuid,
  bname: string,
  umask: unsigned_int,
  linkname: string,
  xdata: gfx_dict,
});

export const gfx_rename_req = struct('gfx_rename_req', {
  oldgfid: uuid,
  newgfid: uuid,
  oldbname: string,
  newbname: string,
  xdata: gfx_dict,
});

export const gfx_rename_rsp = struct('gfx_rename_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  stat: gfx_iattx,
  preoldparent: gfx_iattx,
  postoldparent: gfx_iattx,
  prenewparent: gfx_iattx,
  postnewparent: gfx_iattx,
});

export const gfx_link_req = struct('gfx_link_req', {
  oldgfid: uuid,
  newgfid: uuid,
  newbname: string,
  xdata: gfx_dict,
});

export const gfx_readlink_req = struct('gfx_readlink_req', {
  gfid: uuid,
  size: unsigned_int,
  xdata: gfx_dict,
});

export const gfx_readlink_rsp = struct('gfx_readlink_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  buf: gfx_iattx,
  path: string,
});

export const gfx_create_req = struct('gfx_create_req', {
  pargfid: uuid,
  flags: named(unsigned_int, openFlags),
  mode: named(unsigned_int, fileMode),
  umask: unsigned_int,
  bname: string,
  xdata: gfx_dict,
});

export const gfx_create_rsp = struct('gfx_create_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  stat: gfx_iattx,
  fd: unsigned_id,
  preparent: gfx_iattx,
  postparent: gfx_iattx,
});

export const gfx_icreate_req = struct('gfx_icreate_req', {
  gfid: uuid,
  mode: named(unsigned_int, fileMode),
  xdata: gfx_dict,
});

export const gfx_namelink_req = struct('gfx_namelink_req', {
  pargfid: uuid,
  bname: string,
  xdata: gfx_dict,
});

export const gfx_put_req = struct('gfx_put_req', {
  pargfid: uuid,
  bname: string,
  mode: named(unsigned_int, fileMode),
  umask: unsigned_int,
  flag: named(unsigned_int, openFlags),
  offset: unsigned_hyper,
  size: unsigned_int,
  xattr: gfx_dict,
  xdata: gfx_dict,
});

export const gfx_opendir_req = struct('gfx_opendir_req', {
  gfid: uuid,
  xdata: gfx_dict,
});

export const gfx_readdir_req = struct('gfx_readdir_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_id,
  size: unsigned_int,
  xdata: gfx_dict,
});

const gfx_dirlist = struct('gfx_dirlist', {
  d_ino: unsigned_id,
  d_off: unsigned_id,
  d_len: unsigned_int,
  d_type: named(unsigned_int, direntType),
  name: string,
});

export const gfx_readdir_rsp = struct('gfx_readdir_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  reply: chain(gfx_dirlist),
});

export const gfx_readdirp_req = struct('gfx_readdirp_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_id,
  size: unsigned_int,
  xdata: gfx_dict,
});

const gfx_dirplist = struct('gfx_dirplist', {
  d_ino: unsigned_id,
  d_off: unsigned_id,
  d_len: unsigned_int,
  d_type: named(unsigned_int, direntType),
  name: string,
  stat: gfx_iattx,
  dict: gfx_dict,
});

export const gfx_readdirp_rsp = struct('gfx_readdirp_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  reply: chain(gfx_dirplist),
});

export const gfx_fsyncdir_req = struct('gfx_fsyncdir_req', {
  gfid: uuid,
  fd: id,
  data: int,
  xdata: gfx_dict,
});

export const gfx_releasedir_req = struct('gfx_releasedir_req', {
  gfid: uuid,
  fd: id,
  xdata: gfx_dict,
});
