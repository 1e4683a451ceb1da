/** Parts for the smaller programs: handshake, port mapper, callbacks and quota; and for commands on a host. */

import { displayName } from '../../../records/phrases.js';
import type { Json } from '../../../records/record.js';
import { int, string, unsigned_int } from '../../rpc/xdr/types.js';
import { upcallFlags } from '../enums/fop.js';
import type { GlusterField, GlusterSection } from '../fields.js';
import { entry, integer, put, text } from '../values.js';
import { pairs, resultPart, subjectPart } from './part.js';
import { file } from './requests.js';
import { volumeOfKey } from './volfile-key.js';

/** Puts a value into a field as it is, and returns it as words. */
function putValue(
  value: string | number | undefined,
  out: GlusterSection,
  field: GlusterField,
  prefix = '',
): string {
  const shown: Json | undefined = text(value) ?? integer(value);
  put(out, field, shown);
  return shown === undefined ? '' : prefix + displayName(shown);
}

const COMMAND = pairs('volname cmd-str');

/** The volume in a dictionary, and the typed command. */
export const volume = subjectPart({ old_volname: string, dict: COMMAND }, ({ old_volname, dict }, out) => {
  const name = text(old_volname) ?? entry(dict, 'volname');
  // `all` stands for every volume: no volume may have this name.
  if (name !== 'all') put(out, 'volume', name);
  put(out, 'command', entry(dict, 'cmd-str'));
  return name === undefined ? '' : displayName(name);
});

/** RENAME_VOLUME. */
export const newVolume = subjectPart({ new_volname: string }, ({ new_volname }, out) =>
  putValue(new_volname, out, 'new_volume', 'to '),
);

/** The key of a volfile, and the volume if the key names one. */
export const volfile = subjectPart({ key: string }, (request, out) => {
  const key = text(request.key);
  put(out, 'volfile', key);
  if (key !== undefined) put(out, 'volume', volumeOfKey(key));
  return key === undefined ? '' : displayName(key);
});

export const brick = subjectPart({ brick: string }, (request, out) => putValue(request.brick, out, 'brick'));

export const port = subjectPart({ port: int }, (request, out) =>
  putValue(request.port, out, 'port', 'port '),
);

export const portOfBrick = resultPart({ port: int }, (response, out) => {
  const number = integer(response.port);
  put(out, 'port', number);
  return number === undefined ? undefined : String(number);
});

export const brickOfPort = resultPart({ brick: string }, (response, out) => {
  const path = text(response.brick);
  put(out, 'brick', path);
  return path === undefined ? undefined : displayName(path);
});

function putPath(value: string | undefined, out: GlusterSection): string | undefined {
  const path = text(value);
  put(out, 'path', path);
  return path === undefined ? undefined : displayName(path);
}

/** GETWD. */
export const workingDirectory = resultPart({ wd: string }, ({ wd }, out) => putPath(wd, out));

/** MOUNT. */
export const mountPath = resultPart({ path: string }, ({ path }, out) => putPath(path, out));

/** UMOUNT. */
export const unmountedPath = subjectPart({ path: string }, ({ path }, out) => putValue(path, out, 'path'));

/** FSM_LOG: the peer whose state transitions are requested. */
export const loggedPeer = subjectPart({ name: string }, ({ name }, out) => putValue(name, out, 'peer'));

/** CACHE_INVALIDATION: the parts of the inode that the client must read again. */
export const invalidated = subjectPart({ flags: unsigned_int }, ({ flags }, out) => {
  const names = typeof flags === 'number' ? upcallFlags.of(flags) : undefined;
  if (!Array.isArray(names)) return '';
  out.flags = names;
  return names.join('|');
});

/** GETLIMIT: the directory, by the gfid in the dictionary. */
export const limitedDirectory = subjectPart({ dict: pairs('gfid') }, ({ dict }, out, names) => {
  const id = entry(dict, 'gfid');
  return id === undefined ? '' : file.describe({ gfid: id }, out, names);
});
