/**
 * GLUSTER_CBK: what a server tells its clients of its own accord, on the connection that the client made;
 * nobody answers. Numbers: gf_cbk_procnum in rpc/rpc-lib/src/protocol-common.h; structs:
 * xlators/protocol/client/src/client-callback.c, glusterfsd/src/glusterfsd-mgmt.c. EVENT_NOTIFY is never sent.
 */
import { procedure, program } from '../../rpc/program.js';
import { dict, named, opaque, string, struct, unsigned_int, uuid } from '../../rpc/xdr/types.js';
import { entrylkType, eventType, leaseType, upcallFlags } from '../enums/fop.js';
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

export const callback = program(
  { number: 52743234, version: 1, name: 'GLUSTER_CBK', dataset: 'gluster.callback', callback: true },
  [
    procedure(0, 'NULL', 'void', 'never'),
    procedure(1, 'FETCHSPEC', 'void', 'never'),
    procedure(2, 'INO_FLUSH', 'void', 'never'),
    procedure(3, 'EVENT_NOTIFY', 'void', 'never'),
    procedure(4, 'GET_SNAPS', 'void', 'never'),
    procedure(5, 'CACHE_INVALIDATION', gfs3_cbk_cache_invalidation_req, 'never'),
    procedure(6, 'CHILD_UP', 'void', 'never'),
    procedure(7, 'CHILD_DOWN', 'void', 'never'),
    procedure(8, 'RECALL_LEASE', gfs3_recall_lease_req, 'never'),
    procedure(9, 'STATEDUMP', gf_statedump, 'never'),
    procedure(10, 'INODELK_CONTENTION', gfs4_inodelk_contention_req, 'never'),
    procedure(11, 'ENTRYLK_CONTENTION', gfs4_entrylk_contention_req, 'never'),
  ],
);
