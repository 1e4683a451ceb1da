/**
 * Structs of GLUSTER_FOP version 330 for locks and leases:
 * rpc/xdr/src/glusterfs3-xdr.x.
 */
import {
  chain,
  dict,
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

export const gfs3_lk_req = struct('gfs3_lk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, lkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  xdata: dict,
});

export const gfs3_lk_rsp = struct('gfs3_lk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  flock: gf_proto_flock,
  xdata: dict,
});

export const gfs3_inodelk_req = struct('gfs3_inodelk_req', {
  gfid: uuid,
  cmd: named(unsigned_int, inodelkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  volume: string,
  xdata: dict,
});

export const gfs3_finodelk_req = struct('gfs3_finodelk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, inodelkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  volume: string,
  xdata: dict,
});

export const gfs3_entrylk_req = struct('gfs3_entrylk_req', {
  gfid: uuid,
  cmd: named(unsigned_int, entrylkCommand),
  type: named(unsigned_int, entrylkType),
  namelen: unsigned_hyper,
  name: string,
  volume: string,
  xdata: dict,
});

export const gfs3_fentrylk_req = struct('gfs3_fentrylk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, entrylkCommand),
  type: named(unsigned_int, entrylkType),
  namelen: unsigned_hyper,
  name: string,
  volume: string,
  xdata: dict,
});

export const gfs3_lease_req = struct('gfs3_lease_req', {
  gfid: uuid,
  lease: gf_proto_lease,
  xdata: dict,
});

export const gfs3_lease_rsp = struct('gfs3_lease_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  lease: gf_proto_lease,
  xdata: dict,
});

export const gfs3_getactivelk_req = struct('gfs3_getactivelk_req', {
  gfid: uuid,
  xdata: dict,
});

export const gfs3_getactivelk_rsp = struct('gfs3_getactivelk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  reply: chain(gfs3_locklist),
  xdata: dict,
});

export const gfs3_setactivelk_req = struct('gfs3_setactivelk_req', {
  gfid: uuid,
  request: chain(gfs3_locklist),
  xdata: dict,
});

export const gfs3_setactivelk_rsp = struct('gfs3_setactivelk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  xdata: dict,
});
