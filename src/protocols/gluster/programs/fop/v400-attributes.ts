/**
 * Structs of GLUSTER_FOP version 400 for attributes and extended attributes:
 * rpc/xdr/src/glusterfs4-xdr.x.
 */
import { gfx_dict, id, int, named, string, struct, unsigned_int, uuid } from '../../../rpc/xdr/types.js';
import { accessMask, setattrValid, setxattrFlags, xattropFlags } from '../../enums/fop.js';
import { gfx_iattx } from '../structs.js';

export const gfx_stat_req = struct('gfx_stat_req', {
  gfid: uuid,
  xdata: gfx_dict,
});

export const gfx_fstat_req = struct('gfx_fstat_req', {
  gfid: uuid,
  fd: id,
  xdata: gfx_dict,
});

export const gfx_setattr_req = struct('gfx_setattr_req', {
  gfid: uuid,
  stbuf: gfx_iattx,
  valid: named(int, setattrValid),
  xdata: gfx_dict,
});

export const gfx_fsetattr_req = struct('gfx_fsetattr_req', {
  gfid: uuid,
  fd: id,
  stbuf: gfx_iattx,
  valid: named(int, setattrValid),
  xdata: gfx_dict,
});

export const gfx_access_req = struct('gfx_access_req', {
  gfid: uuid,
  mask: named(unsigned_int, accessMask),
  xdata: gfx_dict,
});

export const gfx_setxattr_req = struct('gfx_setxattr_req', {
  gfid: uuid,
  flags: named(unsigned_int, setxattrFlags),
  dict: gfx_dict,
  xdata: gfx_dict,
});

export const gfx_fsetxattr_req = struct('gfx_fsetxattr_req', {
  gfid: uuid,
  fd: id,
  flags: named(unsigned_int, setxattrFlags),
  dict: gfx_dict,
  xdata: gfx_dict,
});

export const gfx_getxattr_req = struct('gfx_getxattr_req', {
  gfid: uuid,
  namelen: unsigned_int,
  name: string,
  xdata: gfx_dict,
});

export const gfx_fgetxattr_req = struct('gfx_fgetxattr_req', {
  gfid: uuid,
  fd: id,
  namelen: unsigned_int,
  name: string,
  xdata: gfx_dict,
});

export const gfx_removexattr_req = struct('gfx_removexattr_req', {
  gfid: uuid,
  name: string,
  xdata: gfx_dict,
});

export const gfx_fremovexattr_req = struct('gfx_fremovexattr_req', {
  gfid: uuid,
  fd: id,
  name: string,
  xdata: gfx_dict,
});

export const gfx_xattrop_req = struct('gfx_xattrop_req', {
  gfid: uuid,
  flags: named(unsigned_int, xattropFlags),
  dict: gfx_dict,
  xdata: gfx_dict,
});

export const gfx_fxattrop_req = struct('gfx_fxattrop_req', {
  gfid: uuid,
  fd: id,
  flags: named(unsigned_int, xattropFlags),
  dict: gfx_dict,
  xdata: gfx_dict,
});

export const gfx_ipc_req = struct('gfx_ipc_req', {
  op: int,
  xdata: gfx_dict,
});
