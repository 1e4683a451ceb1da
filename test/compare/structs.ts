/**
 * Compares a struct of a line with the same struct as GlusterFS's library decodes it. The truth has 64-bit numbers as
 * decimal text, dictionaries as lists, and only the wire's own fields.
 */
import { integerText, numberOf } from './exact.js';

export interface Difference {
  readonly path: string;
  readonly ours: unknown;
  readonly truth: unknown;
}

export type ReportDifference = (difference: Difference) => void;
type Fields = Readonly<Record<string, unknown>>;

/** 64-bit numbers of the .x files: counts and sizes are integers ... */
const INTEGERS = new Set(
  [
    'bavail bfree blocks bsize favail ffree files flag frsize fsid namemax namelen len off_in off_out size start',
    'ia_atime ia_attributes ia_attributes_mask ia_blocks ia_btime ia_ctime ia_flags ia_mtime ia_size',
    'ctime_sec gfs_id prognum progver',
  ]
    .join(' ')
    .split(' '),
);
/** ... and ids are decimal text. */
const IDS = new Set('d_ino d_off dev fd fd_in fd_out ia_dev ia_ino ia_rdev owner'.split(' '));
/** Fields with dictionaries, which an empty list of the truth does not show. */
export const DICTIONARIES: ReadonlySet<string> = new Set(
  'buf dict friends fsm_log hndsk input output vols xattr xdata'.split(' '),
);
/** Fields with the meaning of a well-known key, beside the value. */
const MEANINGS = new Set('acl afr bitrot dht ec quota uuid xtime integer'.split(' '));
/** Bytes of an untyped value that a line shows. */
const MAX_VALUE = 65536;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param struct name of the outermost struct: structs of GLUSTER_FOP version 400 have typed dictionaries */
export function compareStruct(
  struct: string,
  path: string,
  ours: unknown,
  truth: Fields,
  reportDifference: ReportDifference,
): void {
  if (!isObject(ours)) {
    reportDifference({ path, ours, truth });
    return;
  }
  const fields = Object.keys(truth).filter((name) => !name.endsWith('.meta'));
  for (const name of fields) {
    const value = truth[name];
    const fieldPath = `${path}.${name}`;
    const isDictionary = Array.isArray(value) && (DICTIONARIES.has(name) || isPair(value[0]));
    if (!isDictionary) compareValue(struct, fieldPath, name, ours[name], value, reportDifference);
    else {
      const meta = truth[`${name}.meta`];
      const isNull = isObject(meta) && Number(meta.count) < 0;
      compareDictionary(struct, fieldPath, ours[name], value, isNull, reportDifference);
    }
  }
  for (const name of Object.keys(ours)) {
    const base = /^(.*)_(?:name|names|hex)$/.exec(name)?.[1];
    if (!Object.hasOwn(truth, name) && !(base !== undefined && Object.hasOwn(truth, base))) {
      reportDifference({ path: `${path}.${name}`, ours: ours[name], truth: undefined });
    }
  }
  const order = Object.keys(ours).filter((name) => Object.hasOwn(truth, name));
  const wire = fields.filter((name) => Object.hasOwn(ours, name));
  if (order.join() !== wire.join()) reportDifference({ path: `${path} (order)`, ours: order, truth: wire });
}

function isPair(value: unknown): boolean {
  return isObject(value) && Object.hasOwn(value, 'key') && ('type' in value || 'value_hex' in value);
}

function compareValue(
  struct: string,
  path: string,
  name: string,
  ours: unknown,
  truth: unknown,
  reportDifference: ReportDifference,
): void {
  if (Array.isArray(truth)) {
    if (!Array.isArray(ours) || ours.length !== truth.length) reportDifference({ path, ours, truth });
    else
      truth.forEach((item, i) => {
        compareValue(struct, `${path}[${i}]`, name, ours[i], item, reportDifference);
      });
  } else if (isObject(truth)) compareStruct(struct, path, ours, truth, reportDifference);
  else if (typeof truth === 'string') {
    const integer = integerText(ours);
    const cookie = name === 'offset' && /_readdirp?_req$/.test(struct);
    const isInteger = name === 'offset' ? !cookie : INTEGERS.has(name);
    if (integer !== undefined ? integer !== truth : ours !== truth) reportDifference({ path, ours, truth });
    else if (integer === undefined ? isInteger : IDS.has(name) || cookie) {
      reportDifference({ path: `${path} (an integer, or decimal text)`, ours, truth });
    }
  } else if (numberOf(ours) !== truth) reportDifference({ path, ours, truth });
}

/** An empty opaque (old form) and an image of no pairs are both an empty list in the truth. */
function compareDictionary(
  struct: string,
  path: string,
  ours: unknown,
  truth: readonly unknown[],
  isNull: boolean,
  reportDifference: ReportDifference,
): void {
  const typed = struct.startsWith('gfx_');
  if (ours === undefined) {
    if (!isNull && (typed || truth.length > 0)) reportDifference({ path, ours, truth });
    return;
  }
  if (isNull || !isObject(ours)) {
    reportDifference({ path, ours, truth: isNull ? undefined : truth });
    return;
  }
  const expected = new Map<string, Fields>();
  for (const pair of truth as readonly Fields[]) {
    let key = String(pair.key);
    for (let repeat = 2; expected.has(key); repeat++) key = `${String(pair.key)}#${repeat}`;
    expected.set(key, pair);
  }
  for (const [key, pair] of expected) {
    const at = `${path}[${JSON.stringify(key)}]`;
    if (!Object.hasOwn(ours, key)) reportDifference({ path: at, ours: undefined, truth: pair });
    else if (pair.value_hex !== undefined)
      compareUntyped(at, ours[key], String(pair.value_hex), reportDifference);
    else compareTyped(struct, at, ours[key], pair, reportDifference);
  }
  for (const key of Object.keys(ours)) {
    // The raw bytes of a key or text that is not UTF-8.
    const raw = ['_hex', '_key_hex'].some(
      (end) => key.endsWith(end) && expected.has(key.slice(0, -end.length)),
    );
    if (!expected.has(key) && !raw)
      reportDifference({ path: `${path}[${JSON.stringify(key)}]`, ours: ours[key], truth: undefined });
  }
  // JavaScript objects list keys that look like indexes first, regardless of their order in the line.
  const named = (keys: Iterable<string>) => [...keys].filter((key) => !/^\d+$/.test(key));
  const order = named(Object.keys(ours)).filter((key) => expected.has(key));
  const wire = named(expected.keys()).filter((key) => Object.hasOwn(ours, key));
  if (order.join('\0') !== wire.join('\0'))
    reportDifference({ path: `${path} (order)`, ours: order, truth: wire });
}

function compareTyped(
  struct: string,
  path: string,
  ours: unknown,
  { type, value }: Fields,
  reportDifference: ReportDifference,
): void {
  const integer = type === 2 || type === 3;
  if (type === 1 || type === 6) compareUntyped(path, ours, String(value), reportDifference);
  else if (integer && integerText(ours) === undefined) reportDifference({ path, ours, truth: value });
  else compareValue(struct, path, '', ours, value, reportDifference);
}

function compareUntyped(
  path: string,
  ours: unknown,
  truth: string,
  reportDifference: ReportDifference,
): void {
  if (!isObject(ours)) {
    reportDifference({ path, ours, truth });
    return;
  }
  const shown = truth.slice(0, 2 * MAX_VALUE);
  const bytes = truth.length / 2;
  if (ours.hex !== shown) reportDifference({ path: `${path}.hex`, ours: ours.hex, truth: shown });
  const total = bytes > MAX_VALUE ? bytes : undefined;
  if (ours.bytes !== total) reportDifference({ path: `${path}.bytes`, ours: ours.bytes, truth: total });
  const raw = Buffer.from(shown, 'hex');
  const words = total === undefined && raw.at(-1) === 0 ? raw.subarray(0, -1) : raw;
  const ascii = words.length > 0 && words.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (ours.text === undefined ? ascii : ours.text !== words.toString()) {
    reportDifference({ path: `${path}.text`, ours: ours.text, truth: words.toString() });
  }
  if (ours.integer !== undefined && integerText(ours.integer) !== ours.text) {
    reportDifference({ path: `${path}.integer`, ours: ours.integer, truth: ours.text });
  }
  for (const name of Object.keys(ours)) {
    if (!['hex', 'text', 'bytes'].includes(name) && !MEANINGS.has(name)) {
      reportDifference({ path: `${path}.${name}`, ours: ours[name], truth: undefined });
    }
  }
}
