/**
 * What the values of well-known keys mean, where a dictionary does not say it: PTR and STR_OLD values, and every
 * value of the old form. Beside the bytes, never in their place. Each reader takes a value of the one length
 * that it knows, and nothing else.
 */
import type { Json } from '../../../records/record.js';
import type { Fields } from '../../rpc/describer.js';
import { hex } from '../../text.js';

type Reader = (view: DataView, bytes: Uint8Array, start: number, end: number) => Json | undefined;

interface Known {
  readonly key: (key: string) => boolean;
  /** The name under which it stands beside the value. */
  readonly as: string;
  readonly read: Reader;
}

function exact(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

const big = (view: DataView, at: number): number | bigint => exact(view.getBigInt64(at));
const little = (view: DataView, at: number): number | bigint => exact(view.getBigUint64(at, true));

function uuid(_view: DataView, bytes: Uint8Array, start: number, end: number): Json | undefined {
  if (end - start !== 16) return undefined;
  const digits = hex(bytes, start, end);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20)];
  return `${parts.join('-')}-${digits.slice(20)}`;
}

/** Pending operations by kind: afr_index_for_transaction_type(). A change (XATTROP) may be below zero. */
function afr(view: DataView): Json | undefined {
  if (view.byteLength !== 12) return undefined;
  return { data: view.getInt32(0), metadata: view.getInt32(4), entry: view.getInt32(8) };
}

/** dht_disk_layout_extract() of xlators/cluster/dht/src/dht-layout.c; before 3.7 the first was a count. */
function dht(view: DataView): Json | undefined {
  if (view.byteLength !== 16) return undefined;
  const [commit_hash, type, start, stop] = [0, 4, 8, 12].map((at) => view.getUint32(at));
  return { commit_hash, type, start, stop };
}

/** ec_dict_set_array() of xlators/cluster/ec/src/ec-helpers.c: of data and of metadata; 3.6 had one of both. */
const ecPair =
  (name: string): Reader =>
  (view) => {
    if (view.byteLength === 8) return { [name]: { data: big(view, 0) } };
    if (view.byteLength !== 16) return undefined;
    return { [name]: { data: big(view, 0), metadata: big(view, 8) } };
  };

function ecSize(view: DataView): Json | undefined {
  return view.byteLength === 8 ? { size: big(view, 0) } : undefined;
}

/** ec_dict_set_config(). */
function ecConfig(view: DataView): Json | undefined {
  if (view.byteLength !== 8) return undefined;
  const [version, algorithm, word_size, bricks, redundancy] = [0, 1, 2, 3, 4].map((at) => view.getUint8(at));
  const chunk_size = view.getUint32(4) & 0xffffff;
  return { config: { version, algorithm, word_size, bricks, redundancy, chunk_size } };
}

/** quota_limits_t of libglusterfs/src/glusterfs/quota-common-utils.h; the soft limit in percent, or -1. */
function quotaLimit(view: DataView): Json | undefined {
  return view.byteLength === 16 ? { hard_limit: big(view, 0), soft_limit: big(view, 8) } : undefined;
}

/** quota_meta_t, likewise; at first the size alone, then without directories: quota_data_to_meta(). */
function quotaMeta(view: DataView): Json | undefined {
  if (view.byteLength === 8) return { size: big(view, 0) };
  if (view.byteLength === 16) return { size: big(view, 0), file_count: big(view, 8) };
  if (view.byteLength !== 24) return undefined;
  return { size: big(view, 0), file_count: big(view, 8), dir_count: big(view, 16) };
}

/** br_version_t of bit-rot-object-version.h, in the order of the host that wrote it: nearly all are little-endian. */
function bitrotVersion(view: DataView): Json | undefined {
  if (view.byteLength !== 16) return undefined;
  return {
    version: little(view, 0),
    seconds: view.getUint32(8, true),
    microseconds: view.getUint32(12, true),
  };
}

/** br_signature_t, likewise. The hash is what remains. */
function bitrotSignature(view: DataView, bytes: Uint8Array, start: number, end: number): Json | undefined {
  if (view.byteLength < 10 || view.byteLength > 9 + 64) return undefined;
  return { type: view.getInt8(0), version: little(view, 1), hash: hex(bytes, start + 9, end) };
}

/** linux/posix_acl_xattr.h: a version, then 8 bytes an entry. */
function acl(view: DataView): Json | undefined {
  const entries = (view.byteLength - 4) / 8;
  return Number.isInteger(entries) && entries >= 0 ? { entries } : undefined;
}

/** Geo-replication's mark of the last change: marker_gettimeofday() of xlators/features/marker/src/marker.c. */
function xtime(view: DataView): Json | undefined {
  return view.byteLength === 8 ? { seconds: view.getUint32(0), microseconds: view.getUint32(4) } : undefined;
}

const is = (name: string) => (key: string) => key === name;
const begins = (prefix: string) => (key: string) => key.startsWith(prefix);
const ends = (suffix: string, prefix: string) => (key: string) =>
  key.startsWith(prefix) && key.endsWith(suffix);
const matches = (pattern: RegExp) => (key: string) => pattern.test(key);

const Uuids = /(?:gfid\d*|gfid-req|uuid|volume-id|transaction_id)$/;
const QuotaMeta = /^trusted\.glusterfs\.quota\.(?:size|[0-9a-f-]*\.contri)(?:\.\d+)?$/;

const KNOWN: readonly Known[] = [
  { key: begins('trusted.afr.'), as: 'afr', read: afr },
  { key: ends('dht', 'trusted.glusterfs.'), as: 'dht', read: dht },
  { key: is('trusted.ec.version'), as: 'ec', read: ecPair('version') },
  { key: is('trusted.ec.dirty'), as: 'ec', read: ecPair('dirty') },
  { key: is('trusted.ec.size'), as: 'ec', read: ecSize },
  { key: is('trusted.ec.config'), as: 'ec', read: ecConfig },
  { key: begins('trusted.glusterfs.quota.limit-'), as: 'quota', read: quotaLimit },
  { key: matches(QuotaMeta), as: 'quota', read: quotaMeta },
  { key: is('trusted.bit-rot.version'), as: 'bitrot', read: bitrotVersion },
  { key: is('trusted.bit-rot.signature'), as: 'bitrot', read: bitrotSignature },
  { key: begins('system.posix_acl_'), as: 'acl', read: acl },
  { key: ends('.xtime', 'trusted.glusterfs.'), as: 'xtime', read: xtime },
  { key: matches(Uuids), as: 'uuid', read: uuid },
];

/** Decimals of 64-bit numbers are no longer. */
const DigitsLimit = 20;

/** The old form carries integers as decimal text; text that would be printed otherwise is not one. */
function integer(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const last = end > start && bytes[end - 1] === 0 ? end - 1 : end;
  const first = bytes[start] === 0x2d ? start + 1 : start;
  const digits = last - first;
  if (digits < 1 || digits > DigitsLimit) return undefined;
  if (bytes[first] === 0x30 && (digits > 1 || first > start)) return undefined;
  let text = first > start ? '-' : '';
  for (let i = first; i < last; i++) {
    if (bytes[i] < 0x30 || bytes[i] > 0x39) return undefined;
    text += String.fromCharCode(bytes[i]);
  }
  return exact(BigInt(text));
}

/**
 * What bytes[start, end), an untyped value under this key, says besides its bytes and its text; undefined: nothing
 * is known. For any bytes.
 */
export function interpretKnownKey(
  key: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): Fields | undefined {
  for (const known of KNOWN) {
    if (!known.key(key)) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    const value = known.read(view, bytes, start, end);
    if (value !== undefined) return { [known.as]: value };
  }
  const number = integer(bytes, start, end);
  return number === undefined ? undefined : { integer: number };
}
