/**
 * GLUSTER_AGGREGATOR: quotad reports a directory's usage to bricks and to the gluster command:
 * xlators/features/quota/src/quotad-aggregator.c. Since GlusterFS 3.6.
 */

import { limitedDirectory } from '../describe/management.js';
import { lookedUpGfid, statusOnly } from '../describe/replies.js';
import { lookedUp } from '../describe/requests.js';
import { gf_cli_req, gf_cli_rsp } from './cli/structs-v2.js';
import { gfs3_lookup_req, gfs3_lookup_rsp } from './fop/v330-entries.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from './procedure.js';

export const quota = glusterProgram(
  { number: 29852134, version: 1, name: 'GLUSTER_AGGREGATOR', dataset: 'gluster.quota' },
  [
    NULL_PROCEDURE,
    procedure({
      number: 1,
      name: 'LOOKUP',
      call: gfs3_lookup_req,
      reply: gfs3_lookup_rsp,
      subject: [lookedUp],
      result: lookedUpGfid,
      expectedErrors: ['ENOENT'],
    }),
    procedure({
      number: 2,
      name: 'GETLIMIT',
      call: gf_cli_req,
      reply: gf_cli_rsp,
      subject: [limitedDirectory],
      result: statusOnly,
    }),
  ],
);
