/**
 * Replies that several procedures of GLUSTER_FOP version 400 share:
 * rpc/xdr/src/glusterfs4-xdr.x.
 */
import { gfx_dict, int, named, struct } from '../../../rpc/xdr/types.js';
import { errnoName } from '../../enums/fop.js';
import { gfx_iattx } from '../structs.js';

export const gfx_common_rsp = struct('gfx_common_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
});

export const gfx_common_iatt_rsp = struct('gfx_common_iatt_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  stat: gfx_iattx,
});

export const gfx_common_2iatt_rsp = struct('gfx_common_2iatt_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  prestat: gfx_iattx,
  poststat: gfx_iattx,
});

export const gfx_common_3iatt_rsp = struct('gfx_common_3iatt_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  stat: gfx_iattx,
  preparent: gfx_iattx,
  postparent: gfx_iattx,
});

export const gfx_common_dict_rsp = struct('gfx_common_dict_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  dict: gfx_dict,
  prestat: gfx_iattx,
  poststat: gfx_iattx,
});
