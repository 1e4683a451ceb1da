/** Parts for locks and leases in requests: `gluster.lock` and `gluster.lease`. */
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
import {
  entrylkCommand,
  entrylkType,
  leaseCommand,
  leaseType,
  lkCommand,
  lkType,
  METADATA_RANGE_START,
} from '../enums/fop.js';
import { type Integer, integer, put, text } from '../values.js';
import { subjectPart } from './part.js';

function nameOfValue(names: Names, value: number | undefined): string | undefined {
  const name = typeof value === 'number' ? names.of(value) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The locked range: a length of 0 reaches to the end of the file, wherever that is. */
function rangeWords(start: Integer | undefined, length: Integer | undefined): string {
  if (start === undefined || length === undefined) return '';
  if (Number(length) !== 0) return `${length} bytes at ${start}`;
  if (start === METADATA_RANGE_START) return 'metadata range';
  return Number(start) === 0 ? 'whole file' : `from ${start} to the end`;
}

/** Prefixes of commands and types, which a sentence leaves out: `SETLKW WRLCK`. */
const COMMON_PREFIX = /^(?:GF_LK_(?:F_)?|ENTRYLK_|GF_)/;

const withoutPrefix = (name: string | undefined) => name?.replace(COMMON_PREFIX, '');

function joinWords(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== '').join(' ');
}

function domainWords(domain: string | undefined): string {
  return domain === undefined ? '' : `in ${displayName(domain)}`;
}

/** LK, INODELK and FINODELK; INODELK_CONTENTION has neither command nor type. */
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
    const command = nameOfValue(lkCommand, request.cmd);
    const type = nameOfValue(lkType, request.type ?? flock?.type);
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
    return joinWords(
      withoutPrefix(command),
      withoutPrefix(type),
      rangeWords(start, length),
      domainWords(domain),
    );
  },
);

/** ENTRYLK and FENTRYLK: a lock of one name in a directory, or without a name of the whole directory. */
export const entryLock = subjectPart(
  { cmd: unsigned_int, type: unsigned_int, name: string, volume: string, domain: string },
  (request, out) => {
    const command = nameOfValue(entrylkCommand, request.cmd);
    const type = nameOfValue(entrylkType, request.type);
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

/** LEASE; RECALL_LEASE has only the type. */
export const lease = subjectPart(
  {
    lease: struct('lease', { cmd: unsigned_int, lease_type: unsigned_int, lease_id: opaque(16) }),
    lease_type: unsigned_int,
  },
  (request, out) => {
    const command = nameOfValue(leaseCommand, request.lease?.cmd);
    const type = nameOfValue(
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
