/**
 * Structs of GLUSTER_FOP version 330 for attributes and extended attributes:
 * rpc/xdr/src/glusterfs3-xdr.x.
 */
import { dict, id, int, named, string, struct, unsigned_int, uuid } from '../../../rpc/xdr/types.js';
import { accessMask, errnoName, setattrValid, setxattrFlags, xattropFlags } from '../../enums/fop.js';
import { gf_iatt } from '../structs.js';

export const gfs3_stat_req = struct('gfs3_stat_req', {
  gfid: uuid,
  xdata: dict,
});

export const gfs3_stat_rsp = struct('gfs3_stat_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  xdata: dict,
});

export const gfs3_fstat_req = struct('gfs3_fstat_req', {
  gfid: uuid,
  fd: id,
  xdata: dict,
});

export const gfs3_fstat_rsp = struct('gfs3_fstat_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  stat: gf_iatt,
  xdata: dict,
});

export const gfs3_setattr_req = struct('gfs3_setattr_req', {
  gfid: uuid,
  stbuf: gf_iatt,
  valid: named(int, setattrValid),
  xdata: dict,
});

export const gfs3_setattr_rsp = struct('gfs3_setattr_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  statpre: gf_iatt,
  statpost: gf_iatt,
  xdata: dict,
});

export const gfs3_fsetattr_req = struct('gfs3_fsetattr_req', {
  fd: id,
  stbuf: gf_iatt,
  valid: named(int, setattrValid),
  xdata: dict,
});

export const gfs3_fsetattr_rsp = struct('gfs3_fsetattr_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  statpre: gf_iatt,
  statpost: gf_iatt,
  xdata: dict,
});

export const gfs3_access_req = struct('gfs3_access_req', {
  gfid: uuid,
  mask: named(unsigned_int, accessMask),
  xdata: dict,
});

export const gfs3_setxattr_req = struct('gfs3_setxattr_req', {
  gfid: uuid,
  flags: named(unsigned_int, setxattrFlags),
  dict: dict,
  xdata: dict,
});

export const gfs3_fsetxattr_req = struct('gfs3_fsetxattr_req', {
  gfid: uuid,
  fd: id,
  flags: named(unsigned_int, setxattrFlags),
  dict: dict,
  xdata: dict,
});

export const gfs3_getxattr_req = struct('gfs3_getxattr_req', {
  gfid: uuid,
  namelen: unsigned_int,
  name: string,
  xdata: dict,
});

export const gfs3_getxattr_rsp = struct('gfs3_getxattr_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  xdata: dict,
});

export const gfs3_fgetxattr_req = struct('gfs3_fgetxattr_req', {
  gfid: uuid,
  fd: id,
  namelen: unsigned_int,
  name: string,
  xdata: dict,
});

export const gfs3_fgetxattr_rsp = struct('gfs3_fgetxattr_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  xdata: dict,
});

export const gfs3_removexattr_req = struct('gfs3_removexattr_req', {
  gfid: uuid,
  name: string,
  xdata: dict,
});

export const gfs3_fremovexattr_req = struct('gfs3_fremovexattr_req', {
  gfid: uuid,
  fd: id,
  name: string,
  xdata: dict,
});

export const gfs3_xattrop_req = struct('gfs3_xattrop_req', {
  gfid: uuid,
  flags: named(unsigned_int, xattropFlags),
  dict: dict,
  xdata: dict,
});

export const gfs3_xattrop_rsp = struct('gfs3_xattrop_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  xdata: dict,
});

export const gfs3_fxattrop_req = struct('gfs3_fxattrop_req', {
  gfid: uuid,
  fd: id,
  flags: named(unsigned_int, xattropFlags),
  dict: dict,
  xdata: dict,
});

export const gfs3_fxattrop_rsp = struct('gfs3_fxattrop_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  dict: dict,
  xdata: dict,
});

export const gfs3_ipc_req = struct('gfs3_ipc_req', {
  op: int,
  xdata: dict,
});
