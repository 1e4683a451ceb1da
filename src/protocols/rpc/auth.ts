/**
 * Credentials and verifiers: the structs behind the flavors. GlusterFS's own are in
 * rpc/xdr/src/rpc-common-xdr.x and glusterfs4-xdr.x, their numbers in rpc/rpc-lib/src/rpcsvc-common.h.
 */
import { hex } from '../text.js';
import type { Fields } from './describer.js';
import type { Compiler, Detail } from './xdr/compile.js';
import { readStruct, StructState } from './xdr/reader.js';
import {
  array,
  bytes,
  int,
  opaque,
  string,
  struct,
  unsigned_hyper,
  unsigned_int,
  type XdrStruct,
} from './xdr/types.js';

export const AUTH_NONE = 0;

/** RFC 5531, appendix A. */
const authsys_parms = struct('authsys_parms', {
  stamp: unsigned_int,
  machname: string,
  uid: unsigned_int,
  gid: unsigned_int,
  groups: array(unsigned_int),
});

/** Of GlusterFS 3.1; the owner of locks is a number, shown like those of later versions. */
const auth_glusterfs_parms = struct('auth_glusterfs_parms', {
  lk_owner: opaque(8),
  pid: unsigned_int,
  uid: unsigned_int,
  gid: unsigned_int,
  ngrps: unsigned_int,
  groups: array(unsigned_int, 16),
});

const auth_glusterfs_parms_v2 = struct('auth_glusterfs_parms_v2', {
  pid: int,
  uid: unsigned_int,
  gid: unsigned_int,
  groups: array(unsigned_int),
  lk_owner: bytes,
});

const auth_glusterfs_params_v3 = struct('auth_glusterfs_params_v3', {
  pid: int,
  uid: unsigned_int,
  gid: unsigned_int,
  flags: unsigned_int,
  ctime_nsec: unsigned_int,
  ctime_sec: unsigned_hyper,
  groups: array(unsigned_int),
  lk_owner: bytes,
});

interface Flavor {
  readonly name: string;
  readonly parms?: XdrStruct;
  readonly time?: Time;
}

/** Bytes of a credential that a brief reading passes over, since each call has others: the file's time. */
interface Time {
  readonly start: number;
  readonly end: number;
}

/** flags, ctime_nsec and ctime_sec. */
const ctime: Time = { start: 12, end: 28 };
const NO_TIME: Time = { start: 0, end: 0 };

const FLAVORS: ReadonlyMap<number, Flavor> = new Map([
  [AUTH_NONE, { name: 'AUTH_NONE' }],
  [1, { name: 'AUTH_SYS', parms: authsys_parms }],
  [2, { name: 'AUTH_SHORT' }],
  [3, { name: 'AUTH_DH' }],
  [5, { name: 'AUTH_GLUSTERFS', parms: auth_glusterfs_parms }],
  [6, { name: 'RPCSEC_GSS' }],
  [390039, { name: 'AUTH_GLUSTERFS_v2', parms: auth_glusterfs_parms_v2 }],
  [390040, { name: 'AUTH_GLUSTERFS_v3', parms: auth_glusterfs_params_v3, time: ctime }],
]);

export function isFlavor(flavor: number): boolean {
  return FLAVORS.has(flavor);
}

export function timeOf(flavor: number): Time {
  return FLAVORS.get(flavor)?.time ?? NO_TIME;
}

/** Groups of the credential of old: all sixteen are sent, `ngrps` of them are meant. */
function meantGroups(fields: Fields): void {
  const { groups, ngrps } = fields;
  if (typeof ngrps === 'number' && Array.isArray(groups)) fields.groups = groups.slice(0, ngrps);
}

/** Reads the credential or verifier in data[start, end): what its flavor has, or its bytes as they are. */
export function readAuth(
  compile: Compiler,
  detail: Detail,
  flavor: number,
  data: Uint8Array,
  start: number,
  end: number,
): Fields {
  const known = FLAVORS.get(flavor);
  const fields: Fields = { flavor };
  if (known !== undefined) fields.flavor_name = known.name;
  if (start === end) return fields;
  if (known?.parms === undefined) return { ...fields, raw: hex(data, start, end) };
  const body = readStruct(compile(known.parms, detail), data, start, end, end);
  if (body.state !== StructState.complete) return { ...fields, raw: hex(data, start, end) };
  meantGroups(body.fields);
  return Object.assign(fields, body.fields);
}
