/**
 * Credentials and verifiers by flavor. The structs of GlusterFS's own flavors are in rpc/xdr/src/rpc-common-xdr.x and
 * glusterfs4-xdr.x, their numbers in rpc/rpc-lib/src/rpcsvc-common.h.
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

/** GlusterFS 3.1. The lock owner is a number, shown in hex like the opaque ones of later versions. */
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
  readonly varying?: VaryingBytes;
}

/** Bytes of a credential that differ in each call, and that `brief` readers skip: a file's ctime. */
interface VaryingBytes {
  readonly start: number;
  readonly end: number;
}

/** flags, ctime_nsec and ctime_sec. */
const CTIME: VaryingBytes = { start: 12, end: 28 };
const NONE_VARYING: VaryingBytes = { start: 0, end: 0 };

const FLAVORS: ReadonlyMap<number, Flavor> = new Map([
  [AUTH_NONE, { name: 'AUTH_NONE' }],
  [1, { name: 'AUTH_SYS', parms: authsys_parms }],
  [2, { name: 'AUTH_SHORT' }],
  [3, { name: 'AUTH_DH' }],
  [5, { name: 'AUTH_GLUSTERFS', parms: auth_glusterfs_parms }],
  [6, { name: 'RPCSEC_GSS' }],
  [390039, { name: 'AUTH_GLUSTERFS_v2', parms: auth_glusterfs_parms_v2 }],
  [390040, { name: 'AUTH_GLUSTERFS_v3', parms: auth_glusterfs_params_v3, varying: CTIME }],
]);

export function isFlavor(flavor: number): boolean {
  return FLAVORS.has(flavor);
}

export function varyingBytes(flavor: number): VaryingBytes {
  return FLAVORS.get(flavor)?.varying ?? NONE_VARYING;
}

/** The old credential always has sixteen groups, of which `ngrps` are valid. */
function dropUnusedGroups(fields: Fields): void {
  const { groups, ngrps } = fields;
  if (typeof ngrps === 'number' && Array.isArray(groups)) fields.groups = groups.slice(0, ngrps);
}

/** Reads the credential or verifier in data[start, end): the fields of its flavor, or its raw bytes. */
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
  dropUnusedGroups(body.fields);
  return Object.assign(fields, body.fields);
}
