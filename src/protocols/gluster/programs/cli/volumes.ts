/** Commands that create, delete, start, stop and inspect volumes. */
import { newVolume, volume } from '../../describe/management.js';
import { leadsTo } from '../../describe/operations.js';
import { statusOnly } from '../../describe/replies.js';
import { sharedProcedure } from '../procedure.js';
import { COMMAND_READS, command, gluster310Name } from './command.js';
import * as v2 from './structs-v2.js';
import * as v1Changes from './v1-changes.js';
import * as v1Volumes from './v1-volumes.js';

export const VOLUME_COMMANDS = [
  command({
    name: 'CREATE_VOLUME',
    programs: {
      'CLI 1': [4, v1Volumes.gf1_cli_create_vol_req, v1Volumes.gf1_cli_create_vol_rsp],
      'CLI 2': [4, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [12, v1Volumes.gf1_cli_create_vol_req, v1Volumes.gf1_cli_create_vol_rsp],
    },
    operation: leadsTo('GD_OP_CREATE_VOLUME'),
  }),
  command({
    name: 'GET_VOLUME',
    programs: {
      'CLI 1': [5, v1Volumes.gf1_cli_get_vol_req, v1Volumes.gf1_cli_get_vol_rsp],
      'CLI 2': [5, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [13, v1Volumes.gf1_cli_get_vol_req, v1Volumes.gf1_cli_get_vol_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'GET_NEXT_VOLUME',
    programs: {
      'CLI 1': [6, v1Volumes.gf1_cli_get_vol_req, v1Volumes.gf1_cli_get_vol_rsp],
      'CLI 2': [6, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'DELETE_VOLUME',
    programs: {
      'CLI 1': [7, v1Volumes.gf1_cli_delete_vol_req, v1Volumes.gf1_cli_delete_vol_rsp],
      'CLI 2': [7, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [14, v1Volumes.gf1_cli_delete_vol_req, v1Volumes.gf1_cli_delete_vol_rsp],
    },
    operation: leadsTo('GD_OP_DELETE_VOLUME'),
  }),
  command({
    name: 'START_VOLUME',
    programs: {
      'CLI 1': [8, v1Volumes.gf1_cli_start_vol_req, v1Volumes.gf1_cli_start_vol_rsp],
      'CLI 2': [8, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [15, v1Volumes.gf1_cli_start_vol_req, v1Volumes.gf1_cli_start_vol_rsp],
    },
    operation: leadsTo('GD_OP_START_VOLUME'),
  }),
  command({
    name: 'STOP_VOLUME',
    programs: {
      'CLI 1': [9, v1Volumes.gf1_cli_stop_vol_req, v1Volumes.gf1_cli_stop_vol_rsp],
      'CLI 2': [9, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [16, v1Volumes.gf1_cli_stop_vol_req, v1Volumes.gf1_cli_stop_vol_rsp],
    },
    operation: leadsTo('GD_OP_STOP_VOLUME'),
  }),
  sharedProcedure({
    name: 'RENAME_VOLUME',
    programs: {
      'CLI 1': [10, v1Volumes.gf1_cli_rename_vol_req, v1Volumes.gf1_cli_rename_vol_rsp],
      'CLI 2': [10, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [17, v1Volumes.gf1_cli_rename_vol_req, v1Volumes.gf1_cli_rename_vol_rsp],
    },
    subject: [volume, newVolume],
    result: statusOnly,
    names: gluster310Name('RENAME_VOLUME'),
    alsoReads: COMMAND_READS,
  }),
  command({
    name: 'DEFRAG_VOLUME',
    programs: {
      'CLI 1': [11, v1Volumes.gf1_cli_defrag_vol_req, v1Volumes.gf2_cli_defrag_vol_rsp],
      'CLI 2': [11, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [18, v1Volumes.gf1_cli_defrag_vol_req, v1Volumes.gf1_cli_defrag_vol_rsp],
    },
    // GF_DEFRAG_CMD_STOP and GF_DEFRAG_CMD_STATUS.
    operation: leadsTo('GD_OP_REBALANCE', {
      key: 'rebalance-command',
      values: [2, 3],
      operation: 'GD_OP_DEFRAG_BRICK_VOLUME',
    }),
  }),
  command({
    name: 'LOG_ROTATE',
    programs: {
      'CLI 1': [18, v1Changes.gf1_cli_log_rotate_req, v1Changes.gf1_cli_log_rotate_rsp],
      'CLI 2': [16, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [25, v1Changes.gf1_cli_log_rotate_req, v1Changes.gf1_cli_log_rotate_rsp],
    },
    operation: leadsTo('GD_OP_LOG_ROTATE'),
  }),
  command({
    name: 'SYNC_VOLUME',
    programs: {
      'CLI 1': [21, v1Changes.gf1_cli_sync_volume_req, v1Changes.gf1_cli_sync_volume_rsp],
      'CLI 2': [19, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [26, v1Changes.gf1_cli_sync_volume_req, v1Changes.gf1_cli_sync_volume_rsp],
    },
    operation: leadsTo('GD_OP_SYNC_VOLUME'),
  }),
  command({
    name: 'PROFILE_VOLUME',
    programs: {
      'CLI 1': [25, v1Changes.gf1_cli_stats_volume_req, v1Changes.gf1_cli_stats_volume_rsp],
      'CLI 2': [23, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [30, v1Changes.gf1_cli_stats_volume_req, v1Changes.gf1_cli_stats_volume_rsp],
    },
    operation: leadsTo('GD_OP_PROFILE_VOLUME'),
  }),
  command({
    name: 'TOP_VOLUME',
    programs: {
      'CLI 1': [27, v1Changes.gf1_cli_stats_volume_req, v1Changes.gf1_cli_stats_volume_rsp],
      'CLI 2': [25, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_PROFILE_VOLUME'),
  }),
  command({
    name: 'STATUS_VOLUME',
    programs: {
      'CLI 2': [27, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_STATUS_VOLUME'),
  }),
  command({
    name: 'STATUS_ALL',
    programs: {
      'CLI 2': [28, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'HEAL_VOLUME',
    programs: {
      'CLI 2': [31, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    // GF_SHD_OP_HEAL_ENABLE, ..._DISABLE and the two for granular entry heal set options.
    operation: leadsTo('GD_OP_HEAL_VOLUME', {
      key: 'heal-op',
      values: [12, 13, 15, 16],
      operation: 'GD_OP_SET_VOLUME',
    }),
  }),
  command({
    name: 'STATEDUMP_VOLUME',
    programs: {
      'CLI 2': [32, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_STATEDUMP_VOLUME'),
  }),
  command({
    name: 'LIST_VOLUME',
    programs: {
      'CLI 2': [33, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'CLRLOCKS_VOLUME',
    programs: {
      'CLI 2': [34, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_CLEARLOCKS_VOLUME'),
  }),
  command({
    name: 'LOG_FILENAME',
    programs: {
      'CLI 1': [16, v1Changes.gf1_cli_log_filename_req, v1Changes.gf1_cli_log_filename_rsp],
      'GLUSTERD1_MGMT 1': [23, v1Changes.gf1_cli_log_filename_req, v1Changes.gf1_cli_log_filename_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'LOG_LOCATE',
    programs: {
      'CLI 1': [17, v1Changes.gf1_cli_log_locate_req, v1Changes.gf1_cli_log_locate_rsp],
      'GLUSTERD1_MGMT 1': [24, v1Changes.gf1_cli_log_locate_req, v1Changes.gf1_cli_log_locate_rsp],
    },
    operation: undefined,
  }),
];
