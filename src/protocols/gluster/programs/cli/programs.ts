/**
 * CLI: the requests of the gluster command to glusterd. Numbers: gluster_cli_procnum in
 * rpc/rpc-lib/src/protocol-common.h; structs: cli/src/cli-rpc-ops.c. The command sends GETSPEC and PMAP_PORTBYBRICK to
 * GLUSTER_HNDSK and GLUSTER_PMAP; here they are only numbers.
 *
 * - Version 1 is of GlusterFS 3.1.1 to 3.2 (files of 3.2.7). 3.1 had a shorter GSYNC_SET reply.
 * - Version 2, since 3.3, stayed the same while these changed: 3.4 alone had BD_OP at 36 and UUID_GET at 37; 3.7 to 3.9
 *   had DETACH_TIER at 45, and so TIER at 46, GET_STATE at 47, RESET_BRICK at 48; 3.3 and 3.4 sent PROBE and DEPROBE as
 *   other structs.
 */
import { glusterProgram, NULL_PROCEDURE, proceduresOf } from '../procedure.js';
import { CHANGE_COMMANDS } from './changes.js';
import { HOST_COMMANDS } from './host.js';
import { VOLUME_COMMANDS } from './volumes.js';

/** The commands of all versions, and of GLUSTERD1_MGMT. */
export const COMMANDS = [...VOLUME_COMMANDS, ...CHANGE_COMMANDS, ...HOST_COMMANDS];

export const cliV1 = glusterProgram(
  { number: 1238463, version: 1, name: 'CLI', dataset: 'gluster.cli' },
  [NULL_PROCEDURE, ...proceduresOf('CLI 1', COMMANDS)],
  { isGlusterd: true },
);

export const cliV2 = glusterProgram(
  { number: 1238463, version: 2, name: 'CLI', dataset: 'gluster.cli' },
  [NULL_PROCEDURE, ...proceduresOf('CLI 2', COMMANDS)],
  { isGlusterd: true },
);
