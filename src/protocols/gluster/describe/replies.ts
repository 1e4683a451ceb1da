/** Parts for replies to file operations. */

import { displayName, formatSize } from '../../../records/phrases.js';
import { int, string, struct, unsigned_hyper, uuid } from '../../rpc/xdr/types.js';
import type { GlusterSection } from '../fields.js';
import { gfid, integer, put, text } from '../values.js';
import { resultPart } from './part.js';

/** No field but the status. */
export const statusOnly = resultPart({}, () => undefined);

/** ENOENT as op_errno of a success marks the end: posix_readv() and posix_fill_readdir(). */
const END_OF_FILE = 2;

const STATUS = { op_errno: int };

function isEnd(opErrno: number | undefined, out: GlusterSection): boolean {
  if (opErrno !== END_OF_FILE) return false;
  out.eof = true;
  return true;
}

export const bytesRead = resultPart(STATUS, (response, out, opRet) => {
  if (opRet === undefined) return undefined;
  const words = formatSize(opRet);
  return isEnd(response.op_errno, out) ? `${words}, end of file` : words;
});

export const bytesWritten = resultPart({}, (_response, _out, opRet) =>
  opRet === undefined ? undefined : formatSize(opRet),
);

/** A directory listing: op_ret is the number of entries. */
export const entryCount = resultPart(STATUS, (response, out, opRet) => {
  if (opRet === undefined) return undefined;
  out.entries = opRet;
  const words = Number(opRet) === 1 ? '1 entry' : `${opRet} entries`;
  return isEnd(response.op_errno, out) ? `${words}, end of directory` : words;
});

const ATTRIBUTES = struct('attributes', { ia_gfid: uuid });

/** The gfid of the file that the request named. */
export const namedGfid = resultPart({ stat: ATTRIBUTES }, (response, out) => {
  put(out, 'gfid', gfid(response.stat?.ia_gfid));
  return undefined;
});

/** LOOKUP: the first attributes are the file's, named prestat or stat by version. */
export const lookedUpGfid = resultPart({ prestat: ATTRIBUTES, stat: ATTRIBUTES }, (response, out) => {
  put(out, 'gfid', gfid((response.prestat ?? response.stat)?.ia_gfid));
  return undefined;
});

export const linkTarget = resultPart({ path: string }, (response, out) => {
  const target = text(response.path);
  put(out, 'target', target);
  return target === undefined ? undefined : displayName(target);
});

/** SEEK. */
export const resultOffset = resultPart({ offset: unsigned_hyper }, (response, out) => {
  const offset = integer(response.offset);
  put(out, 'result_offset', offset);
  return offset === undefined ? undefined : `at ${offset}`;
});

export const lockCount = resultPart({}, (_response, _out, opRet) => {
  if (opRet === undefined) return undefined;
  return Number(opRet) === 1 ? '1 lock' : `${opRet} locks`;
});
