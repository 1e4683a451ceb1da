/** Parts that describe locks and leases of requests, as `gluster.lock` and `gluster.lease`. */
import { displayName } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import type { Names } from '../../rpc/xdr/types.js';
import {
  bytes,
  opaque,
  string,
  struct,
  unsigned_hyper,
  unsigned_id,
  unsigned_int,
} from '../../rpc/xdr/types.js';
import { entrylkCommand, entrylkType, leaseCommand, leaseType, lkCommand, lkType } from '../enums/fop.js';
import { type Integer, integer, put, text } from '../values.js';
import { subjectPart } from './part.js';

function nameOf(names: Names, value: number | undefined): string | undefined {
  const name = typeof value === 'number' ? names.of(value) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** AFR locks a file's attributes by this range: _pl_convert_volume_for_special_range() of inodelk.c. */
const METADATA_START = 9223372036854775806n;

/** The locked range: a length of 0 reaches to the end of the file, wherever that is. */
function range(start: Integer | undefined, length: Integer | undefined): string {
  if (start === undefined || length === undefined) return '';
  if (Number(length) !== 0) return `${length} bytes at ${start}`;
  if (start === METADATA_START) return 'metadata range';
  return Number(start) === 0 ? 'whole file' : `from ${start} to the end`;
}

/** What all names of commands and types have in common: shown is `SETLKW WRLCK`. */
const COMMON_PREFIX = /^(?:GF_LK_(?:F_)?|ENTRYLK_|GF_)/;

const withoutPrefix = (name: string | undefined) => name?.replace(COMMON_PREFIX, '');

function joinWords(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(' ');
}

function domainWords(domain: string | undefined): string {
  return domain === undefined ? '' : `in ${displayName(domain)}`;
}

/** The lock of LK, INODELK and FINODELK, and of the callback about an INODELK, which has neither command nor type. */
export const rangeLock = subjectPart(
  {
    cmd: unsigned_int,
    type: unsigned_int,
    flock: struct('flock', {
      type: unsigned_int,
      start: unsigned_hyper,
      len: unsigned_hyper,
      lk_owner: bytes,
      owner: unsigned_id,
    }),
    volume: string,
    domain: string,
  },
  (request, out) => {
    const { flock } = request;
    const command = nameOf(lkCommand, request.cmd);
    const type = nameOf(lkType, request.type ?? flock?.type);
    const start = integer(flock?.start);
    const length = integer(flock?.len);
    const domain = text(request.volume) ?? text(request.domain);
    const lock: Fields = {};
    put(lock, 'command', command);
    put(lock, 'type', type);
    put(lock, 'start', start);
    put(lock, 'length', length);
    put(lock, 'owner', text(flock?.lk_owner) ?? text(flock?.owner));
    put(lock, 'domain', domain);
    if (Object.keys(lock).length > 0) out.lock = lock;
    return joinWords(withoutPrefix(command), withoutPrefix(type), range(start, length), domainWords(domain));
  },
);

/** The lock of ENTRYLK and FENTRYLK: of one name in a directory, or of the whole directory where there is no name. */
export const entryLock = subjectPart(
  { cmd: unsigned_int, type: unsigned_int, name: string, volume: string, domain: string },
  (request, out) => {
    const command = nameOf(entrylkCommand, request.cmd);
    const type = nameOf(entrylkType, request.type);
    const entry = text(request.name);
    const domain = text(request.volume) ?? text(request.domain);
    const lock: Fields = {};
    put(lock, 'command', command);
    put(lock, 'type', type);
    put(lock, 'name', entry);
    put(lock, 'domain', domain);
    if (Object.keys(lock).length > 0) out.lock = lock;
    const entryWords = entry === undefined ? '' : `of ${displayName(entry)}`;
    return joinWords(withoutPrefix(command), withoutPrefix(type), entryWords, domainWords(domain));
  },
);

/** The lease of LEASE, and of RECALL_LEASE, which has its type alone. */
export const lease = subjectPart(
  {
    lease: struct('lease', { cmd: unsigned_int, lease_type: unsigned_int, lease_id: opaque(16) }),
    lease_type: unsigned_int,
  },
  (request, out) => {
    const command = nameOf(leaseCommand, request.lease?.cmd);
    const type = nameOf(
      leaseType,
      request.lease === undefined ? request.lease_type : request.lease.lease_type,
    );
    const fields: Fields = {};
    put(fields, 'command', command);
    put(fields, 'type', type);
    put(fields, 'id', text(request.lease?.lease_id));
    if (Object.keys(fields).length > 0) out.lease = fields;
    return joinWords(withoutPrefix(command), withoutPrefix(type));
  },
);
