/**
 * Names of numbers in messages among glusterd, its peers, its bricks and its command:
 * xlators/mgmt/glusterd/src/glusterd.h, rpc/rpc-lib/src/protocol-common.h. Since GlusterFS 3.3 numbers were only added;
 * 3.4 alone had GD_OP_BD_OP at 25 and GLUSTERD_BRICK_BD_OP at 9.
 */
import type { Names } from '../../rpc/xdr/types.js';
import { sequence } from './tables.js';

/** glusterd_op_t. */
export const glusterdOp: Names = sequence([
  'GD_OP_NONE',
  'GD_OP_CREATE_VOLUME',
  'GD_OP_START_BRICK',
  'GD_OP_STOP_BRICK',
  'GD_OP_DELETE_VOLUME',
  'GD_OP_START_VOLUME',
  'GD_OP_STOP_VOLUME',
  'GD_OP_DEFRAG_VOLUME',
  'GD_OP_ADD_BRICK',
  'GD_OP_REMOVE_BRICK',
  'GD_OP_REPLACE_BRICK',
  'GD_OP_SET_VOLUME',
  'GD_OP_RESET_VOLUME',
  'GD_OP_SYNC_VOLUME',
  'GD_OP_LOG_ROTATE',
  'GD_OP_GSYNC_SET',
  'GD_OP_PROFILE_VOLUME',
  'GD_OP_QUOTA',
  'GD_OP_STATUS_VOLUME',
  'GD_OP_REBALANCE',
  'GD_OP_HEAL_VOLUME',
  'GD_OP_STATEDUMP_VOLUME',
  'GD_OP_LIST_VOLUME',
  'GD_OP_CLEARLOCKS_VOLUME',
  'GD_OP_DEFRAG_BRICK_VOLUME',
  'GD_OP_COPY_FILE',
  'GD_OP_SYS_EXEC',
  'GD_OP_GSYNC_CREATE',
  'GD_OP_SNAP',
  'GD_OP_BARRIER',
  'GD_OP_GANESHA',
  'GD_OP_BITROT',
  'GD_OP_DETACH_TIER',
  'GD_OP_TIER_MIGRATE',
  'GD_OP_SCRUB_STATUS',
  'GD_OP_SCRUB_ONDEMAND',
  'GD_OP_RESET_BRICK',
  'GD_OP_MAX_OPVERSION',
  'GD_OP_TIER_START_STOP',
  'GD_OP_TIER_STATUS',
  'GD_OP_DETACH_TIER_STATUS',
  'GD_OP_DETACH_NOT_STARTED',
  'GD_OP_REMOVE_TIER_BRICK',
  'GD_OP_ADD_TIER_BRICK',
]);

/** The operation of GD_BRICK's requests, which repeats the procedure: glusterd_brick_procnum. */
export const brickOp: Names = sequence([
  'GLUSTERD_BRICK_NULL',
  'GLUSTERD_BRICK_TERMINATE',
  'GLUSTERD_BRICK_XLATOR_INFO',
  'GLUSTERD_BRICK_XLATOR_OP',
  'GLUSTERD_BRICK_STATUS',
  'GLUSTERD_BRICK_OP',
  'GLUSTERD_BRICK_XLATOR_DEFRAG',
  'GLUSTERD_NODE_PROFILE',
  'GLUSTERD_NODE_STATUS',
  'GLUSTERD_VOLUME_BARRIER_OP',
  'GLUSTERD_BRICK_BARRIER',
  'GLUSTERD_NODE_BITROT',
  'GLUSTERD_BRICK_ATTACH',
  'GLUSTERD_DUMP_METRICS',
  'GLUSTERD_SVC_ATTACH',
  'GLUSTERD_SVC_DETACH',
]);

/** glusterd_op_t of GlusterFS 3.1 and 3.2 (GD_MGMT version 1, GLUSTERD1_MGMT), where RENAME_VOLUME shifts the numbers. */
export const glusterdOpV1: Names = sequence([
  'GD_OP_NONE',
  'GD_OP_CREATE_VOLUME',
  'GD_OP_START_BRICK',
  'GD_OP_STOP_BRICK',
  'GD_OP_DELETE_VOLUME',
  'GD_OP_START_VOLUME',
  'GD_OP_STOP_VOLUME',
  'GD_OP_RENAME_VOLUME',
  'GD_OP_DEFRAG_VOLUME',
  'GD_OP_ADD_BRICK',
  'GD_OP_REMOVE_BRICK',
  'GD_OP_REPLACE_BRICK',
  'GD_OP_SET_VOLUME',
  'GD_OP_RESET_VOLUME',
  'GD_OP_SYNC_VOLUME',
  'GD_OP_LOG_FILENAME',
  'GD_OP_LOG_LOCATE',
  'GD_OP_LOG_ROTATE',
  'GD_OP_GSYNC_SET',
  'GD_OP_PROFILE_VOLUME',
  'GD_OP_QUOTA',
]);

/**
 * gf_probe_resp, instead of an errno in replies to probes. GlusterFS 3.3 had no SAME_UUID: its 5 and 6 are 6 and 7 here.
 */
export const probeResponse: Names = sequence([
  'GF_PROBE_SUCCESS',
  'GF_PROBE_LOCALHOST',
  'GF_PROBE_FRIEND',
  'GF_PROBE_ANOTHER_CLUSTER',
  'GF_PROBE_VOLUME_CONFLICT',
  'GF_PROBE_SAME_UUID',
  'GF_PROBE_UNKNOWN_PEER',
  'GF_PROBE_ADD_FAILED',
  'GF_PROBE_QUORUM_NOT_MET',
  'GF_PROBE_MISSED_SNAP_CONFLICT',
  'GF_PROBE_SNAP_CONFLICT',
  'GF_PROBE_FRIEND_DETACHING',
]);

/** gf_deprobe_resp, instead of an errno in replies to DEPROBE. */
export const deprobeResponse: Names = sequence([
  'GF_DEPROBE_SUCCESS',
  'GF_DEPROBE_LOCALHOST',
  'GF_DEPROBE_NOT_FRIEND',
  'GF_DEPROBE_BRICK_EXIST',
  'GF_DEPROBE_FRIEND_DOWN',
  'GF_DEPROBE_QUORUM_NOT_MET',
  'GF_DEPROBE_FRIEND_DETACHING',
  'GF_DEPROBE_SNAP_BRICK_EXIST',
]);
