/**
 * Structs for peers and whole volumes, of the gluster command of GlusterFS 3.1 and 3.2:
 * rpc/xdr/src/cli1-xdr.x of GlusterFS 3.2.7. An enum is an int.
 */
import { dict, int, named, since, string, struct, unsigned_hyper } from '../../../rpc/xdr/types.js';
import { errnoName } from '../../enums/fop.js';

export const gf1_cli_probe_req = struct('gf1_cli_probe_req', {
  hostname: string,
  port: int,
});

export const gf1_cli_probe_rsp = struct('gf1_cli_probe_rsp', {
  op_ret: int,
  op_errno: int,
  port: int,
  hostname: string,
});

export const gf1_cli_deprobe_req = struct('gf1_cli_deprobe_req', {
  hostname: string,
  port: int,
});

export const gf1_cli_deprobe_rsp = struct('gf1_cli_deprobe_rsp', {
  op_ret: int,
  op_errno: int,
  hostname: string,
});

export const gf1_cli_create_vol_req = struct('gf1_cli_create_vol_req', {
  volname: string,
  type: int,
  count: int,
  bricks: dict,
});

export const gf1_cli_create_vol_rsp = struct('gf1_cli_create_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
});

export const gf1_cli_get_vol_req = struct('gf1_cli_get_vol_req', {
  flags: int,
  dict: dict,
});

export const gf1_cli_get_vol_rsp = struct('gf1_cli_get_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volumes: dict,
});

export const gf1_cli_delete_vol_req = struct('gf1_cli_delete_vol_req', {
  volname: string,
});

export const gf1_cli_delete_vol_rsp = struct('gf1_cli_delete_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: since(string),
});

export const gf1_cli_start_vol_req = struct('gf1_cli_start_vol_req', {
  volname: string,
  flags: int,
});

export const gf1_cli_start_vol_rsp = struct('gf1_cli_start_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
});

export const gf1_cli_stop_vol_req = struct('gf1_cli_stop_vol_req', {
  volname: string,
  flags: int,
});

export const gf1_cli_stop_vol_rsp = struct('gf1_cli_stop_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: since(string),
});

export const gf1_cli_rename_vol_req = struct('gf1_cli_rename_vol_req', {
  old_volname: string,
  new_volname: string,
});

export const gf1_cli_rename_vol_rsp = struct('gf1_cli_rename_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
});

export const gf1_cli_defrag_vol_req = struct('gf1_cli_defrag_vol_req', {
  cmd: int,
  volname: string,
});

export const gf1_cli_defrag_vol_rsp = struct('gf1_cli_defrag_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  files: unsigned_hyper,
  size: unsigned_hyper,
  lookedup_files: unsigned_hyper,
});

export const gf2_cli_defrag_vol_rsp = struct('gf2_cli_defrag_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  volname: string,
  files: unsigned_hyper,
  size: unsigned_hyper,
  lookedup_files: unsigned_hyper,
});
