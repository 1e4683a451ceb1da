/**
 * Structs of GLUSTER_FOP version 310 for locks and leases:
 * rpc/xdr/src/glusterfs3-xdr.x of GlusterFS 3.2.7.
 */
import {
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
import { gf_proto_flock } from '../structs-v310.js';

export const gfs3_lk_req = struct('gfs3_lk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, lkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
});

export const gfs3_lk_rsp = struct('gfs3_lk_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  flock: gf_proto_flock,
});

export const gfs3_inodelk_req = struct('gfs3_inodelk_req', {
  gfid: uuid,
  cmd: named(unsigned_int, inodelkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  path: string,
  volume: string,
});

export const gfs3_finodelk_req = struct('gfs3_finodelk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, inodelkCommand),
  type: named(unsigned_int, lkType),
  flock: gf_proto_flock,
  volume: string,
});

export const gfs3_entrylk_req = struct('gfs3_entrylk_req', {
  gfid: uuid,
  cmd: named(unsigned_int, entrylkCommand),
  type: named(unsigned_int, entrylkType),
  namelen: unsigned_hyper,
  path: string,
  name: string,
  volume: string,
});

export const gfs3_fentrylk_req = struct('gfs3_fentrylk_req', {
  gfid: uuid,
  fd: id,
  cmd: named(unsigned_int, entrylkCommand),
  type: named(unsigned_int, entrylkType),
  namelen: unsigned_hyper,
  name: string,
  volume: string,
});
