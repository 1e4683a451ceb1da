/**
 * Decodes values of well-known dictionary keys that carry no type: PTR and STR_OLD values, and every value of the old form.
 * The result is shown beside the bytes, never instead of them. Each reader accepts only values of the lengths that it
 * knows.
 */
import type { Json } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import { hex } from '../../text.js';

type Reader = (view: DataView, bytes: Uint8Array, start: number, end: number) => Json | undefined;

interface KnownKey {
  readonly matches: (key: string) => boolean;
  /** The field beside the value's bytes. */
  readonly field: string;
  readonly read: Reader;
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const bigEndian = (view: DataView, offset: number): number | bigint => exact(view.getBigInt64(offset));
const littleEndian = (view: DataView, offset: number): number | bigint =>
  exact(view.getBigUint64(offset, true));

function uuid(_view: DataView, bytes: Uint8Array, start: number, end: number): Json | undefined {
  if (end - start !== 16) return undefined;
  const digits = hex(bytes, start, end);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return `${parts.join('-')}-${digits.slice(20)}`;
}

/** Pending operations by kind: afr_index_for_transaction_type(). The increment of an XATTROP may be negative. */
function afr(view: DataView): Json | undefined {
  if (view.byteLength !== 12) return undefined;
  return { data: view.getInt32(0), metadata: view.getInt32(4), entry: view.getInt32(8) };
}

/** dht_disk_layout_extract() of xlators/cluster/dht/src/dht-layout.c; before 3.7 the first number was a count. */
function dht(view: DataView): Json | undefined {
  if (view.byteLength !== 16) return undefined;
  const [commit_hash, type, start, stop] = [0, 4, 8, 12].map((at) => view.getUint32(at));
  return { commit_hash, type, start, stop };
}

/** ec_dict_set_array() of xlators/cluster/ec/src/ec-helpers.c: data and metadata; 3.6 had one number for both. */
const ecPair =
  (name: string): Reader =>
  (view) => {
    if (view.byteLength === 8) return { [name]: { data: bigEndian(view, 0) } };
    if (view.byteLength !== 16) return undefined;
    return { [name]: { data: bigEndian(view, 0), metadata: bigEndian(view, 8) } };
  };

function ecSize(view: DataView): Json | undefined {
  return view.byteLength === 8 ? { size: bigEndian(view, 0) } : undefined;
}

/** ec_dict_set_config(). */
function ecConfig(view: DataView): Json | undefined {
  if (view.byteLength !== 8) return undefined;
  const [version, algorithm, word_size, bricks, redundancy] = [0, 1, 2, 3, 4].map((at) => view.getUint8(at));
  const chunk_size = view.getUint32(4) & 0xffffff;
  return { config: { version, algorithm, word_size, bricks, redundancy, chunk_size } };
}

/** quota_limits_t of libglusterfs/src/glusterfs/quota-common-utils.h; the soft limit is in percent, or -1. */
function quotaLimit(view: DataView): Json | undefined {
  return view.byteLength === 16
    ? { hard_limit: bigEndian(view, 0), soft_limit: bigEndian(view, 8) }
    : undefined;
}

/** quota_meta_t of the same file. Older forms lack the directories, or have the size alone: quota_data_to_meta(). */
function quotaMeta(view: DataView): Json | undefined {
  if (view.byteLength === 8) return { size: bigEndian(view, 0) };
  if (view.byteLength === 16) return { size: bigEndian(view, 0), file_count: bigEndian(view, 8) };
  if (view.byteLength !== 24) return undefined;
  return { size: bigEndian(view, 0), file_count: bigEndian(view, 8), dir_count: bigEndian(view, 16) };
}

/** br_version_t of bit-rot-object-version.h, in the byte order of the host that wrote it: nearly always little-endian. */
function bitrotVersion(view: DataView): Json | undefined {
  if (view.byteLength !== 16) return undefined;
  return {
    version: littleEndian(view, 0),
    seconds: view.getUint32(8, true),
    microseconds: view.getUint32(12, true),
  };
}

/** br_signature_t of the same file; the hash is the rest. */
function bitrotSignature(view: DataView, bytes: Uint8Array, start: number, end: number): Json | undefined {
  if (view.byteLength < 10 || view.byteLength > 9 + 64) return undefined;
  return { type: view.getInt8(0), version: littleEndian(view, 1), hash: hex(bytes, start + 9, end) };
}

/** linux/posix_acl_xattr.h: a version, then 8 bytes an entry. */
function acl(view: DataView): Json | undefined {
  const entries = (view.byteLength - 4) / 8;
  return Number.isInteger(entries) && entries >= 0 ? { entries } : undefined;
}

/** Geo-replication's timestamp of the last change: marker_gettimeofday() of xlators/features/marker/src/marker.c. */
function xtime(view: DataView): Json | undefined {
  return view.byteLength === 8 ? { seconds: view.getUint32(0), microseconds: view.getUint32(4) } : undefined;
}

const equals = (name: string) => (key: string) => key === name;
const startsWith = (prefix: string) => (key: string) => key.startsWith(prefix);
const startsAndEnds = (prefix: string, suffix: string) => (key: string) =>
  key.startsWith(prefix) && key.endsWith(suffix);
const pattern = (regexp: RegExp) => (key: string) => regexp.test(key);

const UUID_KEYS = /(?:gfid\d*|gfid-req|uuid|volume-id|transaction_id)$/;
const QUOTA_META = /^trusted\.glusterfs\.quota\.(?:size|[0-9a-f-]*\.contri)(?:\.\d+)?$/;

const KNOWN_KEYS: readonly KnownKey[] = [
  { matches: startsWith('trusted.afr.'), field: 'afr', read: afr },
  { matches: startsAndEnds('trusted.glusterfs.', 'dht'), field: 'dht', read: dht },
  { matches: equals('trusted.ec.version'), field: 'ec', read: ecPair('version') },
  { matches: equals('trusted.ec.dirty'), field: 'ec', read: ecPair('dirty') },
  { matches: equals('trusted.ec.size'), field: 'ec', read: ecSize },
  { matches: equals('trusted.ec.config'), field: 'ec', read: ecConfig },
  { matches: startsWith('trusted.glusterfs.quota.limit-'), field: 'quota', read: quotaLimit },
  { matches: pattern(QUOTA_META), field: 'quota', read: quotaMeta },
  { matches: equals('trusted.bit-rot.version'), field: 'bitrot', read: bitrotVersion },
  { matches: equals('trusted.bit-rot.signature'), field: 'bitrot', read: bitrotSignature },
  { matches: startsWith('system.posix_acl_'), field: 'acl', read: acl },
  { matches: startsAndEnds('trusted.glusterfs.', '.xtime'), field: 'xtime', read: xtime },
  { matches: pattern(UUID_KEYS), field: 'uuid', read: uuid },
];

/** Digits of the longest 64-bit number. */
const MAX_DIGITS = 20;

/** An integer in canonical decimal text, as the old form carries it. */
function integer(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const last = end > start && bytes[end - 1] === 0 ? end - 1 : end;
  const first = bytes[start] === 0x2d ? start + 1 : start;
  const digits = last - first;
  if (digits < 1 || digits > MAX_DIGITS) return undefined;
  if (bytes[first] === 0x30 && (digits > 1 || first > start)) return undefined;
  let text = first > start ? '-' : '';
  for (let i = first; i < last; i++) {
    if (bytes[i] < 0x30 || bytes[i] > 0x39) return undefined;
    text += String.fromCharCode(bytes[i]);
  }
  return exact(BigInt(text));
}

/** Decodes an untyped value, bytes[start, end), under this key; undefined: no known form. Accepts any bytes. */
export function interpretKnownKey(
  key: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): Fields | undefined {
  for (const known of KNOWN_KEYS) {
    if (!known.matches(key)) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    const value = known.read(view, bytes, start, end);
    if (value !== undefined) return { [known.field]: value };
  }
  const number = integer(bytes, start, end);
  return number === undefined ? undefined : { integer: number };
}
