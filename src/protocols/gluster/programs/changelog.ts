/**
 * A brick's changelog and its consumers (geo-replication, bitrot): rpc/xdr/src/changelog-xdr.x,
 * xlators/features/changelog/src/changelog-rpc-common.h, since GlusterFS 3.7. They run over Unix sockets,
 * and appear on a network only where these are forwarded.
 */

import { array, int, struct, unsigned_hyper, unsigned_int } from '../../rpc/xdr/types.js';
import { statusOnly } from '../describe/replies.js';
import { glusterProgram, NULL_PROCEDURE, procedure } from './procedure.js';

const changelog_probe_req = struct('changelog_probe_req', {
  filter: unsigned_int,
  sock: array(int, 108),
});

const changelog_probe_rsp = struct('changelog_probe_rsp', {
  op_ret: int,
});

const changelog_event_req = struct('changelog_event_req', {
  seq: unsigned_hyper,
  tv_sec: unsigned_hyper,
  tv_usec: unsigned_hyper,
});

const changelog_event_rsp = struct('changelog_event_rsp', {
  op_ret: int,
  seq: unsigned_hyper,
});

/** A consumer subscribes to a brick's events. */
export const changelog = glusterProgram(
  { number: 1885957735, version: 1, name: 'CHANGELOG_RPC', dataset: 'gluster.changelog' },
  [
    NULL_PROCEDURE,
    procedure({
      number: 1,
      name: 'PROBE_FILTER',
      call: changelog_probe_req,
      reply: changelog_probe_rsp,
      subject: [],
      result: statusOnly,
    }),
  ],
);

/** The brick calls the consumer back, on a connection of its own; the events are behind the struct. */
export const changelogReverse = glusterProgram(
  { number: 1886350951, version: 1, name: 'CHANGELOG_REV_RPC', dataset: 'gluster.changelog' },
  [
    NULL_PROCEDURE,
    procedure({
      number: 1,
      name: 'EVENT',
      call: changelog_event_req,
      reply: changelog_event_rsp,
      data: 'call',
      subject: [],
      result: statusOnly,
    }),
  ],
);
