/**
 * GLUSTER_CBK: calls from a server to its clients, on the connections that the clients opened, without replies.
 * Numbers: gf_cbk_procnum in rpc/rpc-lib/src/protocol-common.h; structs:
 * xlators/protocol/client/src/client-callback.c, glusterfsd/src/glusterfsd-mgmt.c. EVENT_NOTIFY is never sent.
 */

import { dict, named, opaque, string, struct, unsigned_int, uuid } from '../../rpc/xdr/types.js';
import { entryLock, lease, rangeLock } from '../describe/lock-fields.js';
import { invalidated } from '../describe/management.js';
import { statusOnly } from '../describe/replies.js';
import { file } from '../describe/requests.js';
import { entrylkType, eventType, leaseType, upcallFlags } from '../enums/fop.js';
import { glusterProgram, procedure } from './procedure.js';
import { gf_iatt, gf_proto_flock } from './structs.js';

const gfs3_cbk_cache_invalidation_req = struct('gfs3_cbk_cache_invalidation_req', {
  gfid: string,
  event_type: named(unsigned_int, eventType),
  flags: named(unsigned_int, upcallFlags),
  expire_time_attr: unsigned_int,
  stat: gf_iatt,
  parent_stat: gf_iatt,
  oldparent_stat: gf_iatt,
  xdata: dict,
});

const gfs3_recall_lease_req = struct('gfs3_recall_lease_req', {
  gfid: uuid,
  lease_type: named(unsigned_int, leaseType),
  tid: opaque(16),
  xdata: dict,
});

const gf_statedump = struct('gf_statedump', {
  pid: unsigned_int,
});

const gfs4_inodelk_contention_req = struct('gfs4_inodelk_contention_req', {
  gfid: uuid,
  flock: gf_proto_flock,
  pid: unsigned_int,
  domain: string,
  xdata: dict,
});

const gfs4_entrylk_contention_req = struct('gfs4_entrylk_contention_req', {
  gfid: uuid,
  type: named(unsigned_int, entrylkType),
  pid: unsigned_int,
  name: string,
  domain: string,
  xdata: dict,
});

export const callback = glusterProgram(
  { number: 52743234, version: 1, name: 'GLUSTER_CBK', dataset: 'gluster.callback', callback: true },
  [
    procedure({ number: 0, name: 'NULL', call: 'void', reply: 'never', subject: [], result: statusOnly }),
    procedure({
      number: 1,
      name: 'FETCHSPEC',
      call: 'void',
      reply: 'never',
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 2,
      name: 'INO_FLUSH',
      call: 'void',
      reply: 'never',
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 3,
      name: 'EVENT_NOTIFY',
      call: 'void',
      reply: 'never',
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 4,
      name: 'GET_SNAPS',
      call: 'void',
      reply: 'never',
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 5,
      name: 'CACHE_INVALIDATION',
      call: gfs3_cbk_cache_invalidation_req,
      reply: 'never',
      subject: [file, invalidated],
      result: statusOnly,
    }),
    procedure({ number: 6, name: 'CHILD_UP', call: 'void', reply: 'never', subject: [], result: statusOnly }),
    procedure({
      number: 7,
      name: 'CHILD_DOWN',
      call: 'void',
      reply: 'never',
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 8,
      name: 'RECALL_LEASE',
      call: gfs3_recall_lease_req,
      reply: 'never',
      subject: [file, lease],
      result: statusOnly,
    }),
    procedure({
      number: 9,
      name: 'STATEDUMP',
      call: gf_statedump,
      reply: 'never',
      subject: [],
      result: statusOnly,
    }),
    procedure({
      number: 10,
      name: 'INODELK_CONTENTION',
      call: gfs4_inodelk_contention_req,
      reply: 'never',
      subject: [file, rangeLock],
      result: statusOnly,
    }),
    procedure({
      number: 11,
      name: 'ENTRYLK_CONTENTION',
      call: gfs4_entrylk_contention_req,
      reply: 'never',
      subject: [file, entryLock],
      result: statusOnly,
    }),
  ],
);
