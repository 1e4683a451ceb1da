/**
 * `--redact paths`: where names of files and paths are in GlusterFS's messages. They are hashed as they are read, so
 * that nothing behind the readers (the paths that are followed, the sentences, the structs of `--detail full`)
 * ever has them. What is the operator's own is shown: volumes, bricks, hosts, names of extended attributes.
 */
import { Buffer } from 'node:buffer';
import { type NameHash, newNameHash } from '../../../records/name-hash.js';
import type { Json } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import type { DictRedaction, Redaction } from '../../rpc/xdr/redaction.js';
import { ascii, text } from '../../text.js';

/** File operations, and what a brick tells its clients (gfs4_*): any text may be a name. */
const FileOperation = /^gf[sx]\d?_/;

const NameFields: ReadonlySet<string> = new Set([
  'path',
  'bname',
  'oldpath',
  'oldbname',
  'newpath',
  'newbname',
  'linkname',
]);
/** Structs whose `name` is a file's; elsewhere it is an extended attribute's. */
const FileNamed = /entrylk|dirp?list/;
/** Sentences, and lists of paths, of management. */
const SentenceFields: ReadonlySet<string> = new Set(['op_errstr', 'errstr', 'limit_list']);

/** An attribute that is asked for to find a name however it is written: GF_XATTR_GET_REAL_FILENAME_KEY. */
const RealFilename = 'glusterfs.get_real_filename:';

/** What begins like a path; behind a colon it is a brick's, `host:/brick`. */
const PathBegins = /(?<![^\s"'`(<=,])\//;

/** @param key in hex */
export function newRedaction(key: string): Redaction {
  const hash = newNameHash(key);
  const path = (bytes: Uint8Array, start: number, end: number) => hash.path(ascii(bytes, start, end));
  const sentence = (bytes: Uint8Array, start: number, end: number) =>
    withoutPaths(ascii(bytes, start, end), text(bytes, start, end), hash);
  const attribute = (bytes: Uint8Array, start: number, end: number) => keyOf(text(bytes, start, end), hash);
  const files: DictRedaction = {
    key: (name) => keyOf(name, hash),
    value: (_name, value, bytes, start, end) => hidden(value, path, bytes, start, end),
  };
  const management: DictRedaction = {
    key: (name) => name,
    value: (_name, value, bytes, start, end) => {
      const stop = withoutNul(bytes, start, end);
      // What begins like no path is as it is; bytes that are no text may hold one.
      if (typeof value === 'object' && !('text' in value)) return hidden(value, sentence, bytes, start, end);
      return PathBegins.test(ascii(bytes, start, stop)) ? hidden(value, sentence, bytes, start, end) : value;
    },
  };
  /** SETVOLUME: the directory that is mounted is a path, all else says who asks for which brick. */
  const introduction: DictRedaction = {
    key: (name) => name,
    value: (name, value, bytes, start, end) =>
      name === 'subdir-mount' ? hidden(value, path, bytes, start, end) : value,
  };
  return {
    typed: files,
    string(struct, field) {
      if (!FileOperation.test(struct)) return SentenceFields.has(field) ? sentence : undefined;
      if (NameFields.has(field)) return path;
      if (field !== 'name') return undefined;
      return FileNamed.test(struct) ? path : attribute;
    },
    dict(struct) {
      if (FileOperation.test(struct)) return files;
      if (struct.startsWith('gf_setvolume_')) return introduction;
      // Volumes with their bricks, which a peer brings.
      return struct === 'gd1_mgmt_friend_req' ? undefined : management;
    },
  };
}

function keyOf(name: string, hash: NameHash): string {
  if (!name.startsWith(RealFilename)) return name;
  return RealFilename + hash.path(Buffer.from(name.slice(RealFilename.length), 'utf8').toString('latin1'));
}

/** From the first path on all of it is hashed: nothing tells where in a sentence a path ends. */
function withoutPaths(bytes: string, shown: string, hash: NameHash): string {
  const at = PathBegins.exec(bytes)?.index;
  return at === undefined ? shown : bytes.slice(0, at) + hash.path(bytes.slice(at));
}

function withoutNul(bytes: Uint8Array, start: number, end: number): number {
  return end > start && bytes[end - 1] === 0 ? end - 1 : end;
}

/** A value as it is shown: of text its hash, of bytes that nothing is known of their number. */
function hidden(
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
  // What the key says (a number, a UUID, counters) is all that it holds.
  if (Object.keys(known).length > 0 || hex === '') return value;
  return shown === undefined ? { bytes: end - start } : { text: hash(bytes, start, stop) };
}
