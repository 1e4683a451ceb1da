/**
 * GLUSTER_AGGREGATOR: quotad tells bricks and the gluster command how much a directory holds:
 * xlators/features/quota/src/quotad-aggregator.c. Since GlusterFS 3.6.
 */
import { procedure, program } from '../../rpc/program.js';
import { gf_cli_req, gf_cli_rsp } from './cli/v2.js';
import { gfs3_lookup_req, gfs3_lookup_rsp } from './fop/v330-entries.js';

export const quota = program(
  { number: 29852134, version: 1, name: 'GLUSTER_AGGREGATOR', dataset: 'gluster.quota' },
  [
    procedure(0, 'NULL', 'void', 'void'),
    procedure(1, 'LOOKUP', gfs3_lookup_req, gfs3_lookup_rsp),
    procedure(2, 'GETLIMIT', gf_cli_req, gf_cli_rsp),
  ],
);
