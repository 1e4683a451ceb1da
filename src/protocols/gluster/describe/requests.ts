/** Parts for requests of file operations. */

import { displayName, formatSize } from '../../../records/phrases.js';
import type { Names } from '../../rpc/xdr/types.js';
import { dict, int, string, unsigned_hyper, unsigned_int, uuid } from '../../rpc/xdr/types.js';
import { accessMask, openFlags, seekWhat, setattrValid } from '../enums/fop.js';
import type { GlusterField, GlusterSection } from '../fields.js';
import { type FileNames, shownPath } from '../paths/file-names.js';
import { gfid, integer, object, put, text } from '../values.js';
import { subjectPart } from './part.js';

/** A file that the request names only by gfid. */
function putFilePath(
  id: string,
  out: GlusterSection,
  names: FileNames,
  field: GlusterField | undefined,
): string {
  const path = names.path(id);
  if (path === undefined) return names.unresolvedGfid(id);
  if (field !== undefined) out[field] = path;
  return shownPath(path);
}

/** A path in the request itself: clients sent paths until GlusterFS 3.2. */
function putSentPath(path: string, out: GlusterSection, field: GlusterField): string {
  out[field] = path;
  return shownPath(path);
}

/** The file of a gfid. */
export const file = subjectPart({ gfid: uuid, path: string }, (request, out, names) => {
  const id = gfid(request.gfid);
  put(out, 'gfid', id);
  const path = text(request.path);
  if (path !== undefined) return putSentPath(path, out, 'path');
  return id === undefined ? '' : putFilePath(id, out, names, 'path');
});

/** Puts the path of a directory entry into a field. Returns it for the sentence. */
function putEntryPath(
  parent: string | undefined,
  base: string | undefined,
  sent: string | undefined,
  field: GlusterField,
  out: GlusterSection,
  names: FileNames,
): string {
  const whole = text(sent);
  if (whole !== undefined) return putSentPath(whole, out, field);
  const name = text(base);
  const directory = gfid(parent);
  if (name === undefined) return directory === undefined ? '' : putFilePath(directory, out, names, undefined);
  const joined = names.join(directory, name);
  out[field] = joined;
  return shownPath(joined);
}

const ENTRY = { pargfid: uuid, bname: string, path: string };

export const entryName = subjectPart(ENTRY, ({ pargfid, bname, path }, out, names) =>
  putEntryPath(pargfid, bname, path, 'path', out, names),
);

export const oldName = subjectPart(
  { oldgfid: uuid, oldbname: string, oldpath: string },
  ({ oldgfid, oldbname, oldpath }, out, names) =>
    putEntryPath(oldgfid, oldbname, oldpath, 'path', out, names),
);

export const newName = subjectPart(
  { newgfid: uuid, newbname: string, newpath: string },
  ({ newgfid, newbname, newpath }, out, names) => {
    const words = putEntryPath(newgfid, newbname, newpath, 'new_path', out, names);
    return words === '' ? '' : `to ${words}`;
  },
);

/** LOOKUP: a name in a directory, or a gfid. */
export const lookedUp = subjectPart({ gfid: uuid, ...ENTRY }, (request, out, names) => {
  if (text(request.bname) === undefined) return file.describe(request, out, names);
  put(out, 'gfid', gfid(request.gfid));
  return entryName.describe(request, out, names);
});

/** LINK: the file that gets another name. */
export const linked = subjectPart({ oldgfid: uuid, oldpath: string }, (request, out, names) => {
  const id = gfid(request.oldgfid);
  put(out, 'gfid', id);
  const path = text(request.oldpath);
  if (path !== undefined) return putSentPath(path, out, 'path');
  return id === undefined ? '' : putFilePath(id, out, names, 'path');
});

export const symlinkTarget = subjectPart({ linkname: string }, (request, out) => {
  const target = text(request.linkname);
  put(out, 'target', target);
  return target === undefined ? '' : `to ${displayName(target)}`;
});

export const size = subjectPart({ size: unsigned_hyper, len: unsigned_hyper }, (request, out) => {
  const bytes = integer(request.size ?? request.len);
  put(out, 'size', bytes);
  return bytes === undefined ? '' : formatSize(bytes);
});

export const offset = subjectPart({ offset: unsigned_hyper }, (request, out) => {
  const bytes = integer(request.offset);
  put(out, 'offset', bytes);
  return bytes === undefined ? '' : `at ${bytes}`;
});

/** TRUNCATE: its offset is the file's new size. */
export const newSize = subjectPart({ offset: unsigned_hyper }, (request, out) => {
  const bytes = integer(request.offset);
  put(out, 'size', bytes);
  return bytes === undefined ? '' : `to ${formatSize(bytes)}`;
});

/** COPY_FILE_RANGE: the source, the target and their offsets. */
export const copied = subjectPart(
  { gfid1: uuid, gfid2: uuid, off_in: unsigned_hyper, off_out: unsigned_hyper },
  (request, out, names) => {
    const source = gfid(request.gfid1);
    const target = gfid(request.gfid2);
    put(out, 'gfid', source);
    put(out, 'target_gfid', target);
    put(out, 'offset', integer(request.off_in));
    put(out, 'target_offset', integer(request.off_out));
    let words = source === undefined ? '' : putFilePath(source, out, names, 'path');
    if (out.offset !== undefined) words += ` at ${out.offset}`;
    if (target !== undefined) words += ` to ${putFilePath(target, out, names, 'new_path')}`;
    if (out.target_offset !== undefined) words += ` at ${out.target_offset}`;
    return words.trimStart();
  },
);

/** Puts the names of a number's bits into a field, and returns them as words. */
function newBitNames(names: Names, field: GlusterField) {
  // Usually the number is the previous one, for which `names.of` returns the same list (gluster/enums/tables.ts).
  let latest: unknown;
  let words = '';
  return (value: number | undefined, out: GlusterSection): string => {
    const list = typeof value === 'number' ? names.of(value) : undefined;
    if (!Array.isArray(list)) return '';
    out[field] = list;
    if (list !== latest) {
      latest = list;
      words = list.join('|');
    }
    return words;
  };
}

const openFlagNames = newBitNames(openFlags, 'flags');
const accessNames = newBitNames(accessMask, 'mask');
const attributeNames = newBitNames(setattrValid, 'attributes');

export const flags = subjectPart({ flags: unsigned_int }, (request, out) =>
  openFlagNames(request.flags, out),
);

export const access = subjectPart({ mask: unsigned_int }, (request, out) => accessNames(request.mask, out));

/** SETATTR: `MODE|UID`. */
export const changedAttributes = subjectPart({ valid: int }, (request, out) =>
  attributeNames(request.valid, out).replaceAll('GF_SET_ATTR_', '').replaceAll('GF_ATTR_', ''),
);

/** SEEK: gf_seek_what_t without its prefix. */
export const seekTarget = subjectPart({ what: int }, (request, out) => {
  const what = typeof request.what === 'number' ? seekWhat.of(request.what) : undefined;
  put(out, 'seek', what);
  return what === undefined ? '' : String(what).replace('GF_SEEK_', '');
});

export const ipcOperation = subjectPart({ op: int }, (request, out) => {
  const number = integer(request.op);
  put(out, 'ipc_op', number);
  return number === undefined ? '' : String(number);
});

/** The requested extended attribute; without a name, all are requested. */
export const xattrName = subjectPart({ name: string }, (request, out) => {
  const name = text(request.name);
  put(out, 'xattr', name);
  return name === undefined ? '' : displayName(name);
});

/** Names of extended attributes in a sentence. */
const SHOWN_NAMES = 3;

/** The extended attributes that a dictionary sets. */
export const xattrNames = subjectPart({ dict: dict }, (request, out) => {
  const names = Object.keys(object(request.dict) ?? {});
  if (names.length === 0) return '';
  out.xattr = names.length === 1 ? names[0] : names;
  const shown = names.slice(0, SHOWN_NAMES).map(displayName).join(', ');
  return names.length > SHOWN_NAMES ? `${shown} and ${names.length - SHOWN_NAMES} more` : shown;
});
