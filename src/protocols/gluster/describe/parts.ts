/**
 * The parts that a request's description is made of: each puts its fields into the `gluster` section and gives its
 * words of the sentence, nothing where the request does not hold what it is about.
 */
import { displayName, formatSize } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import type { Names } from '../../rpc/xdr/types.js';
import { accessMask, openFlags, seekWhat, setattrValid } from '../enums/fop.js';
import { type FileNames, shownPath } from '../paths/file-names.js';
import { entry, gfid, integer, object, put, text } from './values.js';

export type SubjectPart = (request: Fields, out: Fields, place: FileNames) => string;

/** A file that is told by its gfid alone. */
function inode(id: string, out: Fields, place: FileNames, field: string | undefined): string {
  const path = place.path(id);
  if (path === undefined) return place.nameless(id);
  if (field !== undefined) out[field] = path;
  return shownPath(path);
}

/** A path that clients sent along until GlusterFS 3.2. */
function sent(path: string, out: Fields, field: string): string {
  out[field] = path;
  return shownPath(path);
}

/** The file that a gfid names. */
export const file: SubjectPart = (request, out, place) => {
  const id = gfid(request.gfid);
  put(out, 'gfid', id);
  const path = text(request.path);
  if (path !== undefined) return sent(path, out, 'path');
  return id === undefined ? '' : inode(id, out, place, 'path');
};

/** The path that a directory's gfid and a name in it make, as a field of this name. */
function named(parent: string, name: string, path: string, field: string): SubjectPart {
  return (request, out, place) => {
    const whole = text(request[path]);
    if (whole !== undefined) return sent(whole, out, field);
    const base = text(request[name]);
    const directory = gfid(request[parent]);
    if (base === undefined) return directory === undefined ? '' : inode(directory, out, place, undefined);
    const joined = place.join(directory, base);
    out[field] = joined;
    return shownPath(joined);
  };
}

export const entryName = named('pargfid', 'bname', 'path', 'path');
export const oldName = named('oldgfid', 'oldbname', 'oldpath', 'path');
const newPath = named('newgfid', 'newbname', 'newpath', 'new_path');
export const newName: SubjectPart = (request, out, place) => {
  const words = newPath(request, out, place);
  return words === '' ? '' : `to ${words}`;
};

/** LOOKUP: of a name in a directory, or of a gfid. */
export const lookedUp: SubjectPart = (request, out, place) => {
  if (text(request.bname) === undefined) return file(request, out, place);
  put(out, 'gfid', gfid(request.gfid));
  return entryName(request, out, place);
};

/** LINK: the file that gets another name. */
export const linked: SubjectPart = (request, out, place) => {
  const id = gfid(request.oldgfid);
  put(out, 'gfid', id);
  const path = text(request.oldpath);
  if (path !== undefined) return sent(path, out, 'path');
  return id === undefined ? '' : inode(id, out, place, 'path');
};

export const symlinkTarget: SubjectPart = (request, out) => {
  const target = text(request.linkname);
  put(out, 'target', target);
  return target === undefined ? '' : `to ${displayName(target)}`;
};

export const size: SubjectPart = (request, out) => {
  const bytes = integer(request.size ?? request.len);
  put(out, 'size', bytes);
  return bytes === undefined ? '' : formatSize(bytes);
};

export const offset: SubjectPart = (request, out) => {
  const at = integer(request.offset);
  put(out, 'offset', at);
  return at === undefined ? '' : `at ${at}`;
};

/** TRUNCATE calls the new size an offset. */
export const newSize: SubjectPart = (request, out) => {
  const bytes = integer(request.offset);
  put(out, 'size', bytes);
  return bytes === undefined ? '' : `to ${formatSize(bytes)}`;
};

/** COPY_FILE_RANGE: two files. */
export const copied: SubjectPart = (request, out, place) => {
  const from = gfid(request.gfid1);
  const to = gfid(request.gfid2);
  put(out, 'gfid', from);
  put(out, 'target_gfid', to);
  put(out, 'offset', integer(request.off_in));
  put(out, 'target_offset', integer(request.off_out));
  let words = from === undefined ? '' : inode(from, out, place, 'path');
  if (out.offset !== undefined) words += ` at ${out.offset}`;
  if (to !== undefined) words += ` to ${inode(to, out, place, 'new_path')}`;
  if (out.target_offset !== undefined) words += ` at ${out.target_offset}`;
  return words.trimStart();
};

/** The names of a number's bits, as a field and as words. */
function bits(field: string, names: Names, as: string): SubjectPart {
  // Mostly it is the same list again (gluster/enums/tables.ts).
  let last: unknown;
  let words = '';
  return (request, out) => {
    const value = request[field];
    const list = typeof value === 'number' ? names.of(value) : undefined;
    if (!Array.isArray(list)) return '';
    out[as] = list;
    if (list !== last) {
      last = list;
      words = list.join('|');
    }
    return words;
  };
}

export const flags = bits('flags', openFlags, 'flags');
export const access = bits('mask', accessMask, 'mask');
const attributes = bits('valid', setattrValid, 'attributes');

/** SETATTR: `MODE|UID`. */
export const changed: SubjectPart = (request, out, place) =>
  attributes(request, out, place).replaceAll('GF_SET_ATTR_', '').replaceAll('GF_ATTR_', '');

export const sought: SubjectPart = (request, out) => {
  const what = typeof request.what === 'number' ? seekWhat.of(request.what) : undefined;
  put(out, 'seek', what);
  return what === undefined ? '' : String(what).replace('GF_SEEK_', '');
};

/** The extended attribute that is asked for; all of them where none is named. */
export const xattrName: SubjectPart = (request, out) => {
  const name = text(request.name);
  put(out, 'xattr', name);
  return name === undefined ? '' : displayName(name);
};

/** Names that a sentence lists. */
const ShownNames = 3;

/** The extended attributes that a dictionary sets. */
export const xattrNames: SubjectPart = (request, out) => {
  const names = Object.keys(object(request.dict) ?? {});
  if (names.length === 0) return '';
  out.xattr = names.length === 1 ? names[0] : names;
  const shown = names.slice(0, ShownNames).map(displayName).join(', ');
  return names.length > ShownNames ? `${shown} and ${names.length - ShownNames} more` : shown;
};

/** A field that is told as it is. */
export function told(field: string, as: string, before = ''): SubjectPart {
  return (request, out) => {
    const value = text(request[field]) ?? integer(request[field]);
    put(out, as, value);
    return value === undefined ? '' : before + displayName(value);
  };
}

/** The volume that a dictionary of the management programs is about, and the command that somebody typed. */
export function volumeOf(dict: string): SubjectPart {
  return (request, out) => {
    const volume = text(request.volname) ?? text(request.old_volname) ?? entry(request[dict], 'volname');
    // What stands for every volume: no volume may have this name.
    if (volume !== 'all') put(out, 'volume', volume);
    put(out, 'command', entry(request[dict], 'cmd-str'));
    return volume === undefined ? '' : displayName(volume);
  };
}
