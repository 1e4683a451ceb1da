/**
 * Structs of GLUSTER_FOP version 310 for names in directories and for listings:
 * rpc/xdr/src/glusterfs3-xdr.x of GlusterFS 3.2.7.
 */
import {
  chain,
  dict,
  id,
  int,
  named,
  string,
  struct,
  unsigned_id,
  unsigned_int,
  uuid,
} from '../../../rpc/xdr/types.js';
import { direntType, errnoName, fileMode, openFlags } from '../../enums/fop.js';
import { gf_iatt } from '../structs.js';

export const gfs3_lookup_req = struct('gfs3_lookup_req', {
  gfid: uuid,
  pargfid: uuid,
  flags: unsigned_int,
  path: string,
  bname: string,
  dict: dict,
});

export const gfs3_lookup_rsp = struct('gfs3_lookup_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  postparent: gf_iatt,
  dict: dict,
});

export const gfs3_mknod_req = struct('gfs3_mknod_req', {
  pargfid: uuid,
  dev: unsigned_id,
  mode: named(unsigned_int, fileMode),
  path: string,
  bname: string,
  dict: dict,
});

export const gfs3_mknod_rsp = struct('gfs3_mknod_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_mkdir_req = struct('gfs3_mkdir_req', {
  pargfid: uuid,
  mode: named(unsigned_int, fileMode),
  path: string,
  bname: string,
  dict: dict,
});

export const gfs3_mkdir_rsp = struct('gfs3_mkdir_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_unlink_req = struct('gfs3_unlink_req', {
  pargfid: uuid,
  path: string,
  bname: string,
});

export const gfs3_unlink_rsp = struct('gfs3_unlink_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_rmdir_req = struct('gfs3_rmdir_req', {
  pargfid: uuid,
  flags: int,
  path: string,
  bname: string,
});

export const gfs3_rmdir_rsp = struct('gfs3_rmdir_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_symlink_req = struct('gfs3_symlink_req', {
  pargfid: uuid,
  path: string,
  bname: string,
  linkname: string,
  dict: dict,
});

export const gfs3_symlink_rsp = struct('gfs3_symlink_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_rename_req = struct('gfs3_rename_req', {
  oldgfid: uuid,
  newgfid: uuid,
  oldpath: string,
  oldbname: string,
  newpath: string,
  newbname: string,
});

export const gfs3_rename_rsp = struct('gfs3_rename_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  preoldparent: gf_iatt,
  postoldparent: gf_iatt,
  prenewparent: gf_iatt,
  postnewparent: gf_iatt,
});

export const gfs3_link_req = struct('gfs3_link_req', {
  oldgfid: uuid,
  newgfid: uuid,
  oldpath: string,
  newpath: string,
  newbname: string,
});

export const gfs3_link_rsp = struct('gfs3_link_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_readlink_req = struct('gfs3_readlink_req', {
  gfid: uuid,
  size: unsigned_int,
  path: string,
});

export const gfs3_readlink_rsp = struct('gfs3_readlink_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  buf: gf_iatt,
  path: string,
});

export const gfs3_create_req = struct('gfs3_create_req', {
  pargfid: uuid,
  flags: named(unsigned_int, openFlags),
  mode: named(unsigned_int, fileMode),
  path: string,
  bname: string,
  dict: dict,
});

export const gfs3_create_rsp = struct('gfs3_create_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  fd: unsigned_id,
  preparent: gf_iatt,
  postparent: gf_iatt,
});

export const gfs3_opendir_req = struct('gfs3_opendir_req', {
  gfid: uuid,
  path: string,
});

export const gfs3_opendir_rsp = struct('gfs3_opendir_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  fd: id,
});

export const gfs3_readdir_req = struct('gfs3_readdir_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_id,
  size: unsigned_int,
});

const gfs3_dirlist = struct('gfs3_dirlist', {
  d_ino: unsigned_id,
  d_off: unsigned_id,
  d_len: unsigned_int,
  d_type: named(unsigned_int, direntType),
  name: string,
});

export const gfs3_readdir_rsp = struct('gfs3_readdir_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  reply: chain(gfs3_dirlist),
});

export const gfs3_readdirp_req = struct('gfs3_readdirp_req', {
  gfid: uuid,
  fd: id,
  offset: unsigned_id,
  size: unsigned_int,
});

const gfs3_dirplist = struct('gfs3_dirplist', {
  d_ino: unsigned_id,
  d_off: unsigned_id,
  d_len: unsigned_int,
  d_type: named(unsigned_int, direntType),
  name: string,
  stat: gf_iatt,
});

export const gfs3_readdirp_rsp = struct('gfs3_readdirp_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  reply: chain(gfs3_dirplist),
});

export const gfs3_fsyncdir_req = struct('gfs3_fsyncdir_req', {
  gfid: uuid,
  fd: id,
  data: int,
});

export const gfs3_releasedir_req = struct('gfs3_releasedir_req', {
  gfid: uuid,
  fd: id,
});
