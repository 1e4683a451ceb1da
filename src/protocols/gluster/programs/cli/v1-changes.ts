/**
 * Structs for options, bricks and logs, of the gluster command of GlusterFS 3.1 and 3.2:
 * rpc/xdr/src/cli1-xdr.x of GlusterFS 3.2.7. An enum is an int.
 */
import { dict, int, named, string, struct } from '../../../rpc/xdr/types.js';
import { errnoName } from '../../enums/fop.js';

export const gf1_cli_set_vol_req = struct('gf1_cli_set_vol_req', {
  volname: string,
  dict: dict,
});

export const gf1_cli_set_vol_rsp = struct('gf1_cli_set_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
  dict: dict,
});

export const gf1_cli_add_brick_req = struct('gf1_cli_add_brick_req', {
  volname: string,
  count: int,
  bricks: dict,
});

export const gf1_cli_add_brick_rsp = struct('gf1_cli_add_brick_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
});

export const gf1_cli_remove_brick_req = struct('gf1_cli_remove_brick_req', {
  volname: string,
  count: int,
  bricks: dict,
});

export const gf1_cli_remove_brick_rsp = struct('gf1_cli_remove_brick_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
});

export const gf1_cli_replace_brick_req = struct('gf1_cli_replace_brick_req', {
  volname: string,
  op: int,
  bricks: dict,
});

export const gf1_cli_replace_brick_rsp = struct('gf1_cli_replace_brick_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  volname: string,
  status: string,
});

export const gf1_cli_log_filename_req = struct('gf1_cli_log_filename_req', {
  volname: string,
  brick: string,
  path: string,
});

export const gf1_cli_log_filename_rsp = struct('gf1_cli_log_filename_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  errstr: string,
});

export const gf1_cli_log_locate_req = struct('gf1_cli_log_locate_req', {
  volname: string,
  brick: string,
});

export const gf1_cli_log_locate_rsp = struct('gf1_cli_log_locate_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  path: string,
});

export const gf1_cli_log_rotate_req = struct('gf1_cli_log_rotate_req', {
  volname: string,
  brick: string,
});

export const gf1_cli_log_rotate_rsp = struct('gf1_cli_log_rotate_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  errstr: string,
});

export const gf1_cli_sync_volume_req = struct('gf1_cli_sync_volume_req', {
  flags: int,
  volname: string,
  hostname: string,
});

export const gf1_cli_sync_volume_rsp = struct('gf1_cli_sync_volume_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
});

export const gf1_cli_reset_vol_req = struct('gf1_cli_reset_vol_req', {
  volname: string,
  dict: dict,
});

export const gf1_cli_reset_vol_rsp = struct('gf1_cli_reset_vol_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
});

export const gf1_cli_gsync_set_req = struct('gf1_cli_gsync_set_req', {
  dict: dict,
});

export const gf1_cli_gsync_set_rsp = struct('gf1_cli_gsync_set_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  type: int,
  op_name: string,
  subop: string,
  master: string,
  slave: string,
  gsync_prefix: string,
  glusterd_workdir: string,
  status_dict: dict,
});

/** dict_req is in cli1-xdr.c, which is what was built; cli1-xdr.x lacks it. */
export const gf1_cli_stats_volume_req = struct('gf1_cli_stats_volume_req', {
  volname: string,
  op: int,
  dict_req: dict,
});

export const gf1_cli_stats_volume_rsp = struct('gf1_cli_stats_volume_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  stats_info: dict,
});

export const gf1_cli_quota_req = struct('gf1_cli_quota_req', {
  volname: string,
  dict: dict,
});

export const gf1_cli_quota_rsp = struct('gf1_cli_quota_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  volname: string,
  op_errstr: string,
  limit_list: string,
  type: int,
});
