/** Commands on peers, and on the host that runs glusterd. */

import { statusMessage } from '../../describe/glusterd.js';
import { loggedPeer, mountPath, unmountedPath, workingDirectory } from '../../describe/management.js';
import { leadsTo } from '../../describe/operations.js';
import { peerList, probedHost, stateTransitions } from '../../describe/peers.js';
import { statusOnly } from '../../describe/replies.js';
import { deprobeResponse, probeResponse } from '../../enums/glusterd.js';
import { sharedProcedure } from '../procedure.js';
import { COMMAND_READS, command, gluster310Name } from './command.js';
import * as v2 from './structs-v2.js';
import * as v1Volumes from './v1-volumes.js';

export const HOST_COMMANDS = [
  sharedProcedure({
    name: 'PROBE',
    programs: {
      'CLI 1': [1, v1Volumes.gf1_cli_probe_req, v1Volumes.gf1_cli_probe_rsp],
      'CLI 2': [1, v2.gf_cli_req, v2.gf_cli_probe_rsp],
      'GLUSTERD1_MGMT 1': [9, v1Volumes.gf1_cli_probe_req, v1Volumes.gf1_cli_probe_rsp],
    },
    subject: [probedHost],
    result: statusMessage,
    names: gluster310Name('PROBE'),
    errorNames: probeResponse,
    alsoReads: COMMAND_READS,
  }),
  sharedProcedure({
    name: 'DEPROBE',
    programs: {
      'CLI 1': [2, v1Volumes.gf1_cli_deprobe_req, v1Volumes.gf1_cli_deprobe_rsp],
      'CLI 2': [2, v2.gf_cli_req, v2.gf_cli_probe_rsp],
      'GLUSTERD1_MGMT 1': [10, v1Volumes.gf1_cli_deprobe_req, v1Volumes.gf1_cli_deprobe_rsp],
    },
    subject: [probedHost],
    result: statusMessage,
    names: gluster310Name('DEPROBE'),
    errorNames: deprobeResponse,
    alsoReads: COMMAND_READS,
  }),
  sharedProcedure({
    name: 'LIST_FRIENDS',
    programs: {
      'CLI 1': [3, v2.gf1_cli_peer_list_req, v2.gf1_cli_peer_list_rsp],
      'CLI 2': [3, v2.gf1_cli_peer_list_req, v2.gf1_cli_peer_list_rsp],
      'GLUSTERD1_MGMT 1': [11, v2.gf1_cli_peer_list_req, v2.gf1_cli_peer_list_rsp],
    },
    subject: [],
    result: peerList,
    names: gluster310Name('LIST_FRIENDS'),
  }),
  command({
    name: 'GETSPEC',
    programs: {
      'CLI 1': [19, 'unknown', 'unknown'],
      'CLI 2': [17, 'unknown', 'unknown'],
    },
    operation: undefined,
  }),
  command({
    name: 'PMAP_PORTBYBRICK',
    programs: {
      'CLI 1': [20, 'unknown', 'unknown'],
      'CLI 2': [18, 'unknown', 'unknown'],
    },
    operation: undefined,
  }),
  sharedProcedure({
    name: 'FSM_LOG',
    programs: {
      'CLI 1': [23, v2.gf1_cli_fsm_log_req, v2.gf1_cli_fsm_log_rsp],
      'CLI 2': [21, v2.gf1_cli_fsm_log_req, v2.gf1_cli_fsm_log_rsp],
      'GLUSTERD1_MGMT 1': [28, v2.gf1_cli_fsm_log_req, v2.gf1_cli_fsm_log_rsp],
    },
    subject: [loggedPeer],
    result: stateTransitions,
    names: gluster310Name('FSM_LOG'),
  }),
  sharedProcedure({
    name: 'GETWD',
    programs: {
      'CLI 1': [28, v2.gf1_cli_getwd_req, v2.gf1_cli_getwd_rsp],
      'CLI 2': [26, v2.gf1_cli_getwd_req, v2.gf1_cli_getwd_rsp],
    },
    subject: [],
    result: workingDirectory,
  }),
  sharedProcedure({
    name: 'MOUNT',
    programs: {
      'CLI 2': [29, v2.gf1_cli_mount_req, v2.gf1_cli_mount_rsp],
    },
    subject: [],
    result: mountPath,
  }),
  sharedProcedure({
    name: 'UMOUNT',
    programs: {
      'CLI 2': [30, v2.gf1_cli_umount_req, v2.gf1_cli_umount_rsp],
    },
    subject: [unmountedPath],
    result: statusOnly,
  }),
  command({
    name: 'UUID_RESET',
    programs: {
      'CLI 2': [35, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'UUID_GET',
    programs: {
      'CLI 2': [36, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
  command({
    name: 'COPY_FILE',
    programs: {
      'CLI 2': [37, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_COPY_FILE'),
  }),
  command({
    name: 'SYS_EXEC',
    programs: {
      'CLI 2': [38, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_SYS_EXEC'),
  }),
  command({
    name: 'GANESHA',
    programs: {
      'CLI 2': [42, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: leadsTo('GD_OP_GANESHA'),
  }),
  command({
    name: 'GET_STATE',
    programs: {
      'CLI 2': [46, v2.gf_cli_req, v2.gf_cli_rsp],
    },
    operation: undefined,
  }),
];
