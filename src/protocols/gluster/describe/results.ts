/** What replies that are no failure put into the line, and their words of the sentence. */
import { displayName, formatSize } from '../../../records/phrases.js';
import type { Fields } from '../../rpc/describer.js';
import { gfid, type Integer, integer, object, put, text } from './values.js';

/** What a reply that is no failure says, in words; undefined: only that it is none. */
export type ResultPart = (response: Fields, out: Fields, opRet: Integer | undefined) => string | undefined;

/** Nothing beside the status. */
export const statusOnly: ResultPart = () => undefined;

/** posix_readv() and posix_fill_readdir() set ENOENT to say that there is no more: op_errno of a success. */
const EndOfFile = 2;

const endOf: ResultPart = (response, out) => {
  if (response.op_errno !== EndOfFile) return undefined;
  out.eof = true;
  return 'the end';
};

export const bytesRead: ResultPart = (response, out, opRet) => {
  if (opRet === undefined) return undefined;
  const end = endOf(response, out, opRet);
  return end === undefined ? formatSize(opRet) : `${formatSize(opRet)}, ${end}`;
};

export const bytesWritten: ResultPart = (_response, _out, opRet) =>
  opRet === undefined ? undefined : formatSize(opRet);

/** A listing's op_ret is the number of its entries. */
export const entries: ResultPart = (response, out, opRet) => {
  if (opRet === undefined) return undefined;
  out.entries = opRet;
  const count = Number(opRet) === 1 ? '1 entry' : `${opRet} entries`;
  const end = endOf(response, out, opRet);
  return end === undefined ? count : `${count}, ${end}`;
};

/** The gfid of the file that the request told by name. */
const found =
  (stat: string): ResultPart =>
  (response, out) => {
    put(out, 'gfid', gfid(object(response[stat])?.ia_gfid));
    return undefined;
  };

/** LOOKUP's reply has the file's attributes first, under different names in different versions. */
export const lookedUpGfid: ResultPart = (response, out) => {
  put(out, 'gfid', gfid(object(response.prestat ?? response.stat)?.ia_gfid));
  return undefined;
};

export const linkTarget: ResultPart = (response, out) => {
  const target = text(response.path);
  put(out, 'target', target);
  return target === undefined ? undefined : displayName(target);
};

export const soughtOffset: ResultPart = (response, out) => {
  const at = integer(response.offset);
  put(out, 'result_offset', at);
  return at === undefined ? undefined : `at ${at}`;
};

export const locksHeld: ResultPart = (_response, _out, opRet) => {
  if (opRet === undefined) return undefined;
  return Number(opRet) === 1 ? '1 lock' : `${opRet} locks`;
};

export const made = found('stat');
