/**
 * `--redact paths`: the fields of GlusterFS messages that carry file names and paths. They are hashed while a message is
 * decoded, so path observations, sentences and the structs of `--detail full` see only hashes. Names that an operator
 * chose stay readable: volumes, bricks, hosts, extended attributes.
 */
import { Buffer } from 'node:buffer';
import { type NameHash, newNameHash } from '../../../records/name-hash.js';
import type { Json } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import type { DictRedaction, Redaction } from '../../rpc/xdr/redaction.js';
import { ascii, text } from '../../text.js';

/** Structs of file operations, and of a brick's callbacks (gfs4_*): any text may be a file name. */
const FILE_OPERATION = /^gf[sx]\d?_/;

const NAME_FIELDS: ReadonlySet<string> = new Set([
  'path',
  'bname',
  'oldpath',
  'oldbname',
  'newpath',
  'newbname',
  'linkname',
]);
/** Structs whose `name` is a file name; in other structs it is the name of an extended attribute. */
const ENTRY_STRUCTS = /entrylk|dirp?list/;
/** Fields of management structs with sentences or lists of paths. */
const SENTENCE_FIELDS: ReadonlySet<string> = new Set(['op_errstr', 'errstr', 'limit_list']);

/** Prefix of an attribute name that ends with a file name, for a case-insensitive lookup: GF_XATTR_GET_REAL_FILENAME_KEY. */
const REAL_FILENAME = 'glusterfs.get_real_filename:';

/** The start of a path; after a colon it is a brick, `host:/brick`. */
const PATH_START = /(?<![^\s"'`(<=,])\//;

/** @param key in hex */
export function newRedaction(key: string): Redaction {
  const hash = newNameHash(key);
  const path = (bytes: Uint8Array, start: number, end: number) => hash.path(ascii(bytes, start, end));
  const sentence = (bytes: Uint8Array, start: number, end: number) =>
    withoutPaths(ascii(bytes, start, end), text(bytes, start, end), hash);
  const attribute = (bytes: Uint8Array, start: number, end: number) => keyOf(text(bytes, start, end), hash);
  const files: DictRedaction = {
    key: (name) => keyOf(name, hash),
    value: (_name, value, bytes, start, end) => redact(value, path, bytes, start, end),
  };
  const management: DictRedaction = {
    key: (name) => name,
    value: (_name, value, bytes, start, end) => {
      const stop = withoutNul(bytes, start, end);
      // Text without a path stays; bytes that are not text may contain a path.
      if (typeof value === 'object' && !('text' in value)) return redact(value, sentence, bytes, start, end);
      return PATH_START.test(ascii(bytes, start, stop)) ? redact(value, sentence, bytes, start, end) : value;
    },
  };
  /** SETVOLUME: the mounted directory is a path; the other keys identify the client and its brick. */
  const setVolume: DictRedaction = {
    key: (name) => name,
    value: (name, value, bytes, start, end) =>
      name === 'subdir-mount' ? redact(value, path, bytes, start, end) : value,
  };
  return {
    typed: files,
    string(struct, field) {
      if (!FILE_OPERATION.test(struct)) return SENTENCE_FIELDS.has(field) ? sentence : undefined;
      if (NAME_FIELDS.has(field)) return path;
      if (field !== 'name') return undefined;
      return ENTRY_STRUCTS.test(struct) ? path : attribute;
    },
    dict(struct) {
      if (FILE_OPERATION.test(struct)) return files;
      if (struct.startsWith('gf_setvolume_')) return setVolume;
      // gd1_mgmt_friend_req lists volumes with their bricks.
      return struct === 'gd1_mgmt_friend_req' ? undefined : management;
    },
  };
}

function keyOf(name: string, hash: NameHash): string {
  if (!name.startsWith(REAL_FILENAME)) return name;
  return REAL_FILENAME + hash.path(Buffer.from(name.slice(REAL_FILENAME.length), 'utf8').toString('latin1'));
}

/** Hashes everything from the first path on, since nothing in a sentence marks the end of a path. */
function withoutPaths(bytes: string, shown: string, hash: NameHash): string {
  const start = PATH_START.exec(bytes)?.index;
  return start === undefined ? shown : bytes.slice(0, start) + hash.path(bytes.slice(start));
}

function withoutNul(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 0 ? end - 1 : end;
}

/** Redacts a value: text becomes its hash, undecoded bytes become their number. */
function redact(
  value: Json,
  hash: (bytes: Uint8Array, start: number, end: number) => string,
  bytes: Uint8Array,
  start: number,
  end: number,
): Json {
  const stop = withoutNul(bytes, start, end);
  if (typeof value === 'string') return hash(bytes, start, stop);
  if (typeof value !== 'object' || !('hex' in value)) return value;
  const { hex, text: shown, bytes: length, ...known } = value as Fields;
  // The decoded form (a number, a UUID, counters) is the whole value: it contains no name.
  if (Object.keys(known).length > 0 || hex === '') return value;
  return shown === undefined ? { bytes: end - start } : { text: hash(bytes, start, stop) };
}
