/** Locks and leases of a request, as `gluster.lock` and `gluster.lease`. */
import { displayName } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import type { Names } from '../../rpc/xdr/types.js';
import { entrylkCommand, entrylkType, leaseCommand, leaseType, lkCommand, lkType } from '../enums/fop.js';
import type { SubjectPart } from './parts.js';
import { type Integer, integer, object, put, text } from './values.js';

function name(names: Names, value: unknown): string | undefined {
  const found = typeof value === 'number' ? names.of(value) : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** What of the file: a length of 0 reaches to its end, wherever that will be. */
function range(start: Integer | undefined, length: Integer | undefined): string {
  if (start === undefined || length === undefined) return '';
  if (Number(length) !== 0) return `${length} bytes at ${start}`;
  return Number(start) === 0 ? 'all of it' : `from ${start} on`;
}

/** `SETLKW WRLCK`, without what all of these names have in common. */
const Common = /^(?:GF_LK_(?:F_)?|ENTRYLK_|GF_)/;

function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

function domain(volume: string | undefined): string {
  return volume === undefined ? '' : `in ${displayName(volume)}`;
}

/** LK, INODELK and FINODELK; and the callback about an INODELK, which has neither command nor type. */
export const lock: SubjectPart = (request, out) => {
  const flock = object(request.flock);
  const command = name(lkCommand, request.cmd);
  const type = name(lkType, request.type ?? flock?.type);
  const start = integer(flock?.start);
  const length = integer(flock?.len);
  const volume = text(request.volume) ?? text(request.domain);
  const fields: Fields = {};
  put(fields, 'command', command);
  put(fields, 'type', type);
  put(fields, 'start', start);
  put(fields, 'length', length);
  put(fields, 'owner', text(flock?.lk_owner) ?? text(flock?.owner));
  put(fields, 'domain', volume);
  if (Object.keys(fields).length > 0) out.lock = fields;
  return words(command?.replace(Common, ''), type?.replace(Common, ''), range(start, length), domain(volume));
};

/** ENTRYLK and FENTRYLK: of one name in a directory, or of all of them where none is told. */
export const entryLock: SubjectPart = (request, out) => {
  const command = name(entrylkCommand, request.cmd);
  const type = name(entrylkType, request.type);
  const entry = text(request.name);
  const volume = text(request.volume) ?? text(request.domain);
  const fields: Fields = {};
  put(fields, 'command', command);
  put(fields, 'type', type);
  put(fields, 'name', entry);
  put(fields, 'domain', volume);
  if (Object.keys(fields).length > 0) out.lock = fields;
  const of = entry === undefined ? '' : `of ${displayName(entry)}`;
  return words(command?.replace(Common, ''), type?.replace(Common, ''), of, domain(volume));
};

export const lease: SubjectPart = (request, out) => {
  const asked = object(request.lease) ?? request;
  const command = name(leaseCommand, asked.cmd);
  const type = name(leaseType, asked.lease_type);
  const fields: Fields = {};
  put(fields, 'command', command);
  put(fields, 'type', type);
  put(fields, 'id', text(asked.lease_id));
  if (Object.keys(fields).length > 0) out.lease = fields;
  return words(command?.replace(Common, ''), type?.replace(Common, ''));
};
