/** Commands that change a volume's bricks, options and services. */
import { leadsTo } from '../../describe/operations.js';
import { command } from './command.js';
import * as v2 from './structs-v2.js';
import * as v1Changes from './v1-changes.js';

export const CHANGE_COMMANDS = [
  command({
    name: 'SET_VOLUME',
    programs: {
      'CLI 1': [12, v1Changes.gf1_cli_set_vol_req, v1Changes.gf1_cli_set_vol_rsp],
      'CLI 2': [12, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [19, v1Changes.gf1_cli_set_vol_req, v1Changes.gf1_cli_set_vol_rsp],
    },
    operation: leadsTo('GD_OP_SET_VOLUME'),
  }),
  command({
    name: 'ADD_BRICK',
    programs: {
      'CLI 1': [13, v1Changes.gf1_cli_add_brick_req, v1Changes.gf1_cli_add_brick_rsp],
      'CLI 2': [13, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [20, v1Changes.gf1_cli_add_brick_req, v1Changes.gf1_cli_add_brick_rsp],
    },
    operation: leadsTo('GD_OP_ADD_BRICK'),
  }),
  command({
    name: 'REMOVE_BRICK',
    programs: {
      'CLI 1': [14, v1Changes.gf1_cli_remove_brick_req, v1Changes.gf1_cli_remove_brick_rsp],
      'CLI 2': [14, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [21, v1Changes.gf1_cli_remove_brick_req, v1Changes.gf1_cli_remove_brick_rsp],
    },
    operation: leadsTo('GD_OP_REMOVE_BRICK'),
  }),
  command({
    name: 'REPLACE_BRICK',
    programs: {
      'CLI 1': [15, v1Changes.gf1_cli_replace_brick_req, v1Changes.gf1_cli_replace_brick_rsp],
      'CLI 2': [15, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [22, v1Changes.gf1_cli_replace_brick_req, v1Changes.gf1_cli_replace_brick_rsp],
    },
    operation: leadsTo('GD_OP_REPLACE_BRICK'),
  }),
  command({
    name: 'RESET_VOLUME',
    programs: {
      'CLI 1': [22, v1Changes.gf1_cli_reset_vol_req, v1Changes.gf1_cli_reset_vol_rsp],
      'CLI 2': [20, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [27, v1Changes.gf1_cli_reset_vol_req, v1Changes.gf1_cli_reset_vol_rsp],
    },
    operation: leadsTo('GD_OP_RESET_VOLUME'),
  }),
  command({
    name: 'GSYNC_SET',
    programs: {
      'CLI 1': [24, v1Changes.gf1_cli_gsync_set_req, v1Changes.gf1_cli_gsync_set_rsp],
      'CLI 2': [22, v2.gf_cli_req, v2.gf_cli_rsp],
      'GLUSTERD1_MGMT 1': [29, v1Changes.gf1_cli_gsync_set_req, v1Changes.gf1_cli_gsync_set_rsp],
    },
    // GF_GSYNC_OPTION_TYPE_CREATE.
    operation: leadsTo('GD_OP_GSYNC_SET', { key: 'type', values: [6], operation: 'GD_OP_GSYNC_CREATE' }),
  }),
  command({
    name: 'QUOTA',
    programs: {
      'CLI 1': [26, v1Changes.gf1_cli_quota_req, v1Changes.gf1_cli_quota_rsp],
      'CLI 2': [24, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_QUOTA'),
  }),
  command({
    name: 'SNAP',
    programs: {
      'CLI 2': [39, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_SNAP'),
  }),
  command({
    name: 'BARRIER_VOLUME',
    programs: {
      'CLI 2': [40, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_BARRIER'),
  }),
  command({
    name: 'GET_VOL_OPT',
    programs: {
      'CLI 2': [41, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'BITROT',
    programs: {
      'CLI 2': [43, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    // GF_BITROT_CMD_SCRUB_STATUS and GF_BITROT_CMD_SCRUB_ONDEMAND.
    operation: leadsTo(
      'GD_OP_BITROT',
      { key: 'type', values: [7], operation: 'GD_OP_SCRUB_STATUS' },
      { key: 'type', values: [8], operation: 'GD_OP_SCRUB_ONDEMAND' },
    ),
  }),
  command({
    name: 'ATTACH_TIER',
    programs: {
      'CLI 2': [44, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'TIER',
    programs: {
      'CLI 2': [45, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'RESET_BRICK',
    programs: {
      'CLI 2': [47, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_RESET_BRICK'),
  }),
  command({
    name: 'REMOVE_TIER_BRICK',
    programs: {
      'CLI 2': [48, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'ADD_TIER_BRICK',
    programs: {
      'CLI 2': [49, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
];
