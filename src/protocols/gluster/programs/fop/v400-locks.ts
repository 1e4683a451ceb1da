/**
 * Structs of GLUSTER_FOP version 400 for locks and leases:
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
  unsigned_int,
  uuid,
} from '../../../rpc/xdr/types.js';
import {
  entrylkCommand,
  entrylkType,
  errnoName,
  inodelkCommand,
  lkCommand,
  lkType,
} from '../../enums/fop.js';
import { gf_proto_flock, gf_proto_lease, gfs3_locklist } from '../structs.js';

export const gfx_lk_req = struct('gfx_lk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, lkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  xdata: gfx_dict,
});

export const gfx_lk_rsp = struct('gfx_lk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  flock: gf_proto_flock,
});

export const gfx_inodelk_req = struct('gfx_inodelk_req', {
  gfid: uuid,
  cmd: named(unsigned_int, inodelkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  volume: string,
  xdata: gfx_dict,
});

export const gfx_finodelk_req = struct('gfx_finodelk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, inodelkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  volume: string,
  xdata: gfx_dict,
});

export const gfx_entrylk_req = struct('gfx_entrylk_req', {
  gfid: uuid,
  cmd: named(unsigned_int, entrylkCommand),
  type: named(unsigned_int, entrylkType),
  namelen: unsigned_hyper,
  name: string,
  volume: string,
  xdata: gfx_dict,
});

export const gfx_fentrylk_req = struct('gfx_fentrylk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, entrylkCommand),
  type: named(unsigned_int, entrylkType),
  namelen: unsigned_hyper,
  name: string,
  volume: string,
  xdata: gfx_dict,
});

export const gfx_lease_req = struct('gfx_lease_req', {
  gfid: uuid,
  lease: gf_proto_lease,
  xdata: gfx_dict,
});

export const gfx_lease_rsp = struct('gfx_lease_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  lease: gf_proto_lease,
});

export const gfx_getactivelk_req = struct('gfx_getactivelk_req', {
  gfid: uuid,
  xdata: gfx_dict,
});

export const gfx_getactivelk_rsp = struct('gfx_getactivelk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: gfx_dict,
  reply: chain(gfs3_locklist),
});

export const gfx_setactivelk_req = struct('gfx_setactivelk_req', {
  gfid: uuid,
  request: chain(gfs3_locklist),
  xdata: gfx_dict,
});
