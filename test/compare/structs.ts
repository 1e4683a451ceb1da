/**
 * A struct as wiretail shows it against the same struct as GlusterFS's library reads it. The truth has
 * 64-bit numbers as decimal text, dictionaries as lists, and nothing beside the wire's own fields.
 */
import { integerText, numberOf } from './exact.js';

export interface Difference {
  readonly path: string;
  readonly ours: unknown;
  readonly truth: unknown;
}

export type Differ = (difference: Difference) => void;
type Fields = Readonly<Record<string, unknown>>;

/** 64-bit numbers of the .x files: what is counted or measured, as integers ... */
const INTEGERS = new Set(
  [
    'bavail bfree blocks bsize favail ffree files flag frsize fsid namemax namelen len off_in off_out size start',
    'ia_atime ia_attributes ia_attributes_mask ia_blocks ia_btime ia_ctime ia_flags ia_mtime ia_size',
    'ctime_sec gfs_id prognum progver',
  ]
    .join(' ')
    .split(' '),
);
/** ... and what only names something, as decimal text. */
const IDS = new Set('d_ino d_off dev fd fd_in fd_out ia_dev ia_ino ia_rdev owner'.split(' '));
/** Fields that hold dictionaries, which an empty list of the truth does not tell. */
export const DICTIONARIES: ReadonlySet<string> = new Set(
  'buf dict friends fsm_log hndsk input output vols xattr xdata'.split(' '),
);
/** What well-known keys say of a value, beside it. */
const MEANINGS = new Set('acl afr bitrot dht ec quota uuid xtime integer'.split(' '));
/** Bytes of an untyped value that are shown. */
const ValueLimit = 65536;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `struct` is the name of the outermost struct: those of GLUSTER_FOP version 400 have typed dictionaries. */
export function compareStruct(
  struct: string,
  path: string,
  ours: unknown,
  truth: Fields,
  differ: Differ,
): void {
  if (!isObject(ours)) {
    differ({ path, ours, truth });
    return;
  }
  const fields = Object.keys(truth).filter((name) => !name.endsWith('.meta'));
  for (const name of fields) {
    const value = truth[name];
    const at = `${path}.${name}`;
    const isDictionary = Array.isArray(value) && (DICTIONARIES.has(name) || isPair(value[0]));
    if (!isDictionary) compareValue(struct, at, name, ours[name], value, differ);
    else {
      const meta = truth[`${name}.meta`];
      const none = isObject(meta) && Number(meta.count) < 0;
      compareDictionary(struct, at, ours[name], value, none, differ);
    }
  }
  for (const name of Object.keys(ours)) {
    const base = /^(.*)_(?:name|names|hex)$/.exec(name)?.[1];
    if (!Object.hasOwn(truth, name) && !(base !== undefined && Object.hasOwn(truth, base))) {
      differ({ path: `${path}.${name}`, ours: ours[name], truth: undefined });
    }
  }
  const order = Object.keys(ours).filter((name) => Object.hasOwn(truth, name));
  const wire = fields.filter((name) => Object.hasOwn(ours, name));
  if (order.join() !== wire.join()) differ({ path: `${path} (order)`, ours: order, truth: wire });
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
  differ: Differ,
): void {
  if (Array.isArray(truth)) {
    if (!Array.isArray(ours) || ours.length !== truth.length) differ({ path, ours, truth });
    else
      truth.forEach((item, i) => {
        compareValue(struct, `${path}[${i}]`, name, ours[i], item, differ);
      });
  } else if (isObject(truth)) compareStruct(struct, path, ours, truth, differ);
  else if (typeof truth === 'string') {
    const integer = integerText(ours);
    const cookie = name === 'offset' && /_readdirp?_req$/.test(struct);
    const isInteger = name === 'offset' ? !cookie : INTEGERS.has(name);
    if (integer !== undefined ? integer !== truth : ours !== truth) differ({ path, ours, truth });
    else if (integer === undefined ? isInteger : IDS.has(name) || cookie) {
      differ({ path: `${path} (an integer, or decimal text)`, ours, truth });
    }
  } else if (numberOf(ours) !== truth) differ({ path, ours, truth });
}

/** An empty opaque (old form) and an image of no pairs are both an empty list in the truth. */
function compareDictionary(
  struct: string,
  path: string,
  ours: unknown,
  truth: readonly unknown[],
  none: boolean,
  differ: Differ,
): void {
  const typed = struct.startsWith('gfx_');
  if (ours === undefined) {
    if (!none && (typed || truth.length > 0)) differ({ path, ours, truth });
    return;
  }
  if (none || !isObject(ours)) {
    differ({ path, ours, truth: none ? undefined : truth });
    return;
  }
  const expected = new Map<string, Fields>();
  for (const pair of truth as readonly Fields[]) {
    let key = String(pair.key);
    for (let again = 2; expected.has(key); again++) key = `${String(pair.key)}#${again}`;
    expected.set(key, pair);
  }
  for (const [key, pair] of expected) {
    const at = `${path}[${JSON.stringify(key)}]`;
    if (!Object.hasOwn(ours, key)) differ({ path: at, ours: undefined, truth: pair });
    else if (pair.value_hex !== undefined) compareUntyped(at, ours[key], String(pair.value_hex), differ);
    else compareTyped(struct, at, ours[key], pair, differ);
  }
  for (const key of Object.keys(ours)) {
    // Beside a key, or a text, with bytes that are no UTF-8.
    const raw = ['_hex', '_key_hex'].some(
      (end) => key.endsWith(end) && expected.has(key.slice(0, -end.length)),
    );
    if (!expected.has(key) && !raw)
      differ({ path: `${path}[${JSON.stringify(key)}]`, ours: ours[key], truth: undefined });
  }
  // An object of JavaScript has keys that look like indexes first, whatever their place in the line.
  const named = (keys: Iterable<string>) => [...keys].filter((key) => !/^\d+$/.test(key));
  const order = named(Object.keys(ours)).filter((key) => expected.has(key));
  const wire = named(expected.keys()).filter((key) => Object.hasOwn(ours, key));
  if (order.join('\0') !== wire.join('\0')) differ({ path: `${path} (order)`, ours: order, truth: wire });
}

function compareTyped(
  struct: string,
  path: string,
  ours: unknown,
  { type, value }: Fields,
  differ: Differ,
): void {
  const integer = type === 2 || type === 3;
  if (type === 1 || type === 6) compareUntyped(path, ours, String(value), differ);
  else if (integer && integerText(ours) === undefined) differ({ path, ours, truth: value });
  else compareValue(struct, path, '', ours, value, differ);
}

function compareUntyped(path: string, ours: unknown, truth: string, differ: Differ): void {
  if (!isObject(ours)) {
    differ({ path, ours, truth });
    return;
  }
  const shown = truth.slice(0, 2 * ValueLimit);
  const bytes = truth.length / 2;
  if (ours.hex !== shown) differ({ path: `${path}.hex`, ours: ours.hex, truth: shown });
  const total = bytes > ValueLimit ? bytes : undefined;
  if (ours.bytes !== total) differ({ path: `${path}.bytes`, ours: ours.bytes, truth: total });
  const raw = Buffer.from(shown, 'hex');
  const words = total === undefined && raw.at(-1) === 0 ? raw.subarray(0, -1) : raw;
  const ascii = words.length > 0 && words.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (ours.text === undefined ? ascii : ours.text !== words.toString()) {
    differ({ path: `${path}.text`, ours: ours.text, truth: words.toString() });
  }
  // Decimal text.
  if (ours.integer !== undefined && integerText(ours.integer) !== ours.text) {
    differ({ path: `${path}.integer`, ours: ours.integer, truth: ours.text });
  }
  for (const name of Object.keys(ours)) {
    if (!['hex', 'text', 'bytes'].includes(name) && !MEANINGS.has(name)) {
      differ({ path: `${path}.${name}`, ours: ours[name], truth: undefined });
    }
  }
}
