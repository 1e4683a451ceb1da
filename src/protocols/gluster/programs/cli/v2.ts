/**
 * CLI version 2: what the gluster command asks of glusterd, since GlusterFS 3.3: gluster_cli_procnum in
 * rpc/rpc-lib/src/protocol-common.h, cli/src/cli-rpc-ops.c. The command sends GETSPEC and PMAP_PORTBYBRICK to
 * GLUSTER_HNDSK and GLUSTER_PMAP; here they are only numbers.
 *
 * The version stayed while these changed: 3.4 alone had BD_OP at 36 and UUID_GET at 37; 3.7 to 3.9
 * had DETACH_TIER at 45, and so TIER at 46, GET_STATE at 47, RESET_BRICK at 48; 3.3 and 3.4 sent
 * PROBE and DEPROBE as other structs.
 */
import { procedure, program } from '../../../rpc/program.js';
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

/** Of PROBE and DEPROBE, whose op_errno is a gf_probe_resp or a gf_deprobe_resp, and only else an errno. */
const probe_rsp = struct('gf_cli_rsp', { ...gf_cli_rsp.fields, op_errno: int });

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

const gf1_cli_mount_req = struct('gf1_cli_mount_req', {
  label: string,
  dict: dict,
});

const gf1_cli_mount_rsp = struct('gf1_cli_mount_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
  path: string,
});

const gf1_cli_umount_req = struct('gf1_cli_umount_req', {
  lazy: int,
  path: string,
});

const gf1_cli_umount_rsp = struct('gf1_cli_umount_rsp', {
  op_ret: int,
  op_errno: named(int, errnoName),
});

export const cli = program({ number: 1238463, version: 2, name: 'CLI', dataset: 'gluster.cli' }, [
  procedure(0, 'NULL', 'void', 'void'),
  procedure(1, 'PROBE', gf_cli_req, probe_rsp),
  procedure(2, 'DEPROBE', gf_cli_req, probe_rsp),
  procedure(3, 'LIST_FRIENDS', gf1_cli_peer_list_req, gf1_cli_peer_list_rsp),
  procedure(4, 'CREATE_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(5, 'GET_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(6, 'GET_NEXT_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(7, 'DELETE_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(8, 'START_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(9, 'STOP_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(10, 'RENAME_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(11, 'DEFRAG_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(12, 'SET_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(13, 'ADD_BRICK', gf_cli_req, gf_cli_rsp),
  procedure(14, 'REMOVE_BRICK', gf_cli_req, gf_cli_rsp),
  procedure(15, 'REPLACE_BRICK', gf_cli_req, gf_cli_rsp),
  procedure(16, 'LOG_ROTATE', gf_cli_req, gf_cli_rsp),
  procedure(17, 'GETSPEC', 'unknown', 'unknown'),
  procedure(18, 'PMAP_PORTBYBRICK', 'unknown', 'unknown'),
  procedure(19, 'SYNC_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(20, 'RESET_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(21, 'FSM_LOG', gf1_cli_fsm_log_req, gf1_cli_fsm_log_rsp),
  procedure(22, 'GSYNC_SET', gf_cli_req, gf_cli_rsp),
  procedure(23, 'PROFILE_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(24, 'QUOTA', gf_cli_req, gf_cli_rsp),
  procedure(25, 'TOP_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(26, 'GETWD', gf1_cli_getwd_req, gf1_cli_getwd_rsp),
  procedure(27, 'STATUS_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(28, 'STATUS_ALL', gf_cli_req, gf_cli_rsp),
  procedure(29, 'MOUNT', gf1_cli_mount_req, gf1_cli_mount_rsp),
  procedure(30, 'UMOUNT', gf1_cli_umount_req, gf1_cli_umount_rsp),
  procedure(31, 'HEAL_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(32, 'STATEDUMP_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(33, 'LIST_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(34, 'CLRLOCKS_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(35, 'UUID_RESET', gf_cli_req, gf_cli_rsp),
  procedure(36, 'UUID_GET', gf_cli_req, gf_cli_rsp),
  procedure(37, 'COPY_FILE', gf_cli_req, gf_cli_rsp),
  procedure(38, 'SYS_EXEC', gf_cli_req, gf_cli_rsp),
  procedure(39, 'SNAP', gf_cli_req, gf_cli_rsp),
  procedure(40, 'BARRIER_VOLUME', gf_cli_req, gf_cli_rsp),
  procedure(41, 'GET_VOL_OPT', gf_cli_req, gf_cli_rsp),
  procedure(42, 'GANESHA', gf_cli_req, gf_cli_rsp),
  procedure(43, 'BITROT', gf_cli_req, gf_cli_rsp),
  procedure(44, 'ATTACH_TIER', gf_cli_req, gf_cli_rsp),
  procedure(45, 'TIER', gf_cli_req, gf_cli_rsp),
  procedure(46, 'GET_STATE', gf_cli_req, gf_cli_rsp),
  procedure(47, 'RESET_BRICK', gf_cli_req, gf_cli_rsp),
  procedure(48, 'REMOVE_TIER_BRICK', gf_cli_req, gf_cli_rsp),
  procedure(49, 'ADD_TIER_BRICK', gf_cli_req, gf_cli_rsp),
]);
