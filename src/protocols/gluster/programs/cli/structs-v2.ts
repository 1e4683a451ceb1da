/** Structs of CLI version 2: rpc/xdr/src/cli1-xdr.x of GlusterFS 10.3. */
import { dict, int, named, string, struct } from '../../../rpc/xdr/types.js';
import { errnoName } from '../../enums/fop.js';

export const gf_cli_req = struct('gf_cli_req', {
  dict: dict,
});

export const gf_cli_rsp = struct('gf_cli_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  dict: dict,
});

/** The reply to PROBE and DEPROBE: op_errno is a gf_probe_resp or a gf_deprobe_resp. */
export const gf_cli_probe_rsp = struct('gf_cli_rsp', { ...gf_cli_rsp.fields, op_errno: int });

export const gf1_cli_peer_list_req = struct('gf1_cli_peer_list_req', {
  flags: int,
  dict: dict,
});

export const gf1_cli_peer_list_rsp = struct('gf1_cli_peer_list_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  friends: dict,
});

export const gf1_cli_fsm_log_req = struct('gf1_cli_fsm_log_req', {
  name: string,
});

export const gf1_cli_fsm_log_rsp = struct('gf1_cli_fsm_log_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  op_errstr: string,
  fsm_log: dict,
});

export const gf1_cli_getwd_req = struct('gf1_cli_getwd_req', {
  unused: int,
});

export const gf1_cli_getwd_rsp = struct('gf1_cli_getwd_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  wd: string,
});

export const gf1_cli_mount_req = struct('gf1_cli_mount_req', {
  label: string,
  dict: dict,
});

export const gf1_cli_mount_rsp = struct('gf1_cli_mount_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  path: string,
});

export const gf1_cli_umount_req = struct('gf1_cli_umount_req', {
  lazy: int,
  path: string,
});

export const gf1_cli_umount_rsp = struct('gf1_cli_umount_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
});
