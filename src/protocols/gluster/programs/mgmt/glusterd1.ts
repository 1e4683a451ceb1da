/**
 * GLUSTERD1_MGMT: the one program of glusterd in GlusterFS 3.1.0, for its peers and for the command; kept by
 * 3.1 and 3.2 for the sake of older ones: gf_mgmt_procnum_ in rpc/rpc-lib/src/protocol-common.h and
 * glusterd1_mgmt_actors in xlators/mgmt/glusterd/src/glusterd-handler.c of GlusterFS 3.2.7. Structs as 3.2
 * has them; 3.1.0 had a type before the count of ADD_BRICK and REMOVE_BRICK.
 */
import { procedure, program } from '../../../rpc/program.js';
import { gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp } from '../brick.js';
import {
  gf1_cli_add_brick_req,
  gf1_cli_add_brick_rsp,
  gf1_cli_gsync_set_req,
  gf1_cli_gsync_set_rsp,
  gf1_cli_log_filename_req,
  gf1_cli_log_filename_rsp,
  gf1_cli_log_locate_req,
  gf1_cli_log_locate_rsp,
  gf1_cli_log_rotate_req,
  gf1_cli_log_rotate_rsp,
  gf1_cli_remove_brick_req,
  gf1_cli_remove_brick_rsp,
  gf1_cli_replace_brick_req,
  gf1_cli_replace_brick_rsp,
  gf1_cli_reset_vol_req,
  gf1_cli_reset_vol_rsp,
  gf1_cli_set_vol_req,
  gf1_cli_set_vol_rsp,
  gf1_cli_stats_volume_req,
  gf1_cli_stats_volume_rsp,
  gf1_cli_sync_volume_req,
  gf1_cli_sync_volume_rsp,
} from '../cli/v1-changes.js';
import {
  gf1_cli_create_vol_req,
  gf1_cli_create_vol_rsp,
  gf1_cli_defrag_vol_req,
  gf1_cli_defrag_vol_rsp,
  gf1_cli_delete_vol_req,
  gf1_cli_delete_vol_rsp,
  gf1_cli_deprobe_req,
  gf1_cli_deprobe_rsp,
  gf1_cli_get_vol_req,
  gf1_cli_get_vol_rsp,
  gf1_cli_probe_req,
  gf1_cli_probe_rsp,
  gf1_cli_rename_vol_req,
  gf1_cli_rename_vol_rsp,
  gf1_cli_start_vol_req,
  gf1_cli_start_vol_rsp,
  gf1_cli_stop_vol_req,
  gf1_cli_stop_vol_rsp,
} from '../cli/v1-volumes.js';
import {
  gf1_cli_fsm_log_req,
  gf1_cli_fsm_log_rsp,
  gf1_cli_peer_list_req,
  gf1_cli_peer_list_rsp,
} from '../cli/v2.js';
import {
  gd1_mgmt_friend_req,
  gd1_mgmt_friend_rsp,
  gd1_mgmt_friend_update,
  gd1_mgmt_friend_update_rsp,
  gd1_mgmt_probe_req,
} from '../friend.js';
import { commitOpV1, gd1_mgmt_probe_rsp, stageOpV1 } from './v1.js';
import {
  gd1_mgmt_cluster_lock_req,
  gd1_mgmt_cluster_lock_rsp,
  gd1_mgmt_cluster_unlock_req,
  gd1_mgmt_cluster_unlock_rsp,
} from './v2.js';

export const glusterd1 = program(
  { number: 1298433, version: 1, name: 'GLUSTERD1_MGMT', dataset: 'gluster.mgmt' },
  [
    procedure(0, 'NULL', 'void', 'void'),
    procedure(1, 'PROBE_QUERY', gd1_mgmt_probe_req, gd1_mgmt_probe_rsp),
    procedure(2, 'FRIEND_ADD', gd1_mgmt_friend_req, gd1_mgmt_friend_rsp),
    procedure(3, 'CLUSTER_LOCK', gd1_mgmt_cluster_lock_req, gd1_mgmt_cluster_lock_rsp),
    procedure(4, 'CLUSTER_UNLOCK', gd1_mgmt_cluster_unlock_req, gd1_mgmt_cluster_unlock_rsp),
    stageOpV1(5),
    commitOpV1(6),
    procedure(7, 'FRIEND_REMOVE', gd1_mgmt_friend_req, gd1_mgmt_friend_rsp),
    procedure(8, 'FRIEND_UPDATE', gd1_mgmt_friend_update, gd1_mgmt_friend_update_rsp),
    procedure(9, 'CLI_PROBE', gf1_cli_probe_req, gf1_cli_probe_rsp),
    procedure(10, 'CLI_DEPROBE', gf1_cli_deprobe_req, gf1_cli_deprobe_rsp),
    procedure(11, 'CLI_LIST_FRIENDS', gf1_cli_peer_list_req, gf1_cli_peer_list_rsp),
    procedure(12, 'CLI_CREATE_VOLUME', gf1_cli_create_vol_req, gf1_cli_create_vol_rsp),
    procedure(13, 'CLI_GET_VOLUME', gf1_cli_get_vol_req, gf1_cli_get_vol_rsp),
    procedure(14, 'CLI_DELETE_VOLUME', gf1_cli_delete_vol_req, gf1_cli_delete_vol_rsp),
    procedure(15, 'CLI_START_VOLUME', gf1_cli_start_vol_req, gf1_cli_start_vol_rsp),
    procedure(16, 'CLI_STOP_VOLUME', gf1_cli_stop_vol_req, gf1_cli_stop_vol_rsp),
    procedure(17, 'CLI_RENAME_VOLUME', gf1_cli_rename_vol_req, gf1_cli_rename_vol_rsp),
    procedure(18, 'CLI_DEFRAG_VOLUME', gf1_cli_defrag_vol_req, gf1_cli_defrag_vol_rsp),
    procedure(19, 'CLI_SET_VOLUME', gf1_cli_set_vol_req, gf1_cli_set_vol_rsp),
    procedure(20, 'CLI_ADD_BRICK', gf1_cli_add_brick_req, gf1_cli_add_brick_rsp),
    procedure(21, 'CLI_REMOVE_BRICK', gf1_cli_remove_brick_req, gf1_cli_remove_brick_rsp),
    procedure(22, 'CLI_REPLACE_BRICK', gf1_cli_replace_brick_req, gf1_cli_replace_brick_rsp),
    procedure(23, 'CLI_LOG_FILENAME', gf1_cli_log_filename_req, gf1_cli_log_filename_rsp),
    procedure(24, 'CLI_LOG_LOCATE', gf1_cli_log_locate_req, gf1_cli_log_locate_rsp),
    procedure(25, 'CLI_LOG_ROTATE', gf1_cli_log_rotate_req, gf1_cli_log_rotate_rsp),
    procedure(26, 'CLI_SYNC_VOLUME', gf1_cli_sync_volume_req, gf1_cli_sync_volume_rsp),
    procedure(27, 'CLI_RESET_VOLUME', gf1_cli_reset_vol_req, gf1_cli_reset_vol_rsp),
    procedure(28, 'CLI_FSM_LOG', gf1_cli_fsm_log_req, gf1_cli_fsm_log_rsp),
    procedure(29, 'CLI_GSYNC_SET', gf1_cli_gsync_set_req, gf1_cli_gsync_set_rsp),
    procedure(30, 'CLI_PROFILE_VOLUME', gf1_cli_stats_volume_req, gf1_cli_stats_volume_rsp),
    procedure(31, 'BRICK_OP', gd1_mgmt_brick_op_req, gd1_mgmt_brick_op_rsp),
  ],
);
