/**
 * What an operation sets, as `name=value`: out of the keys that the command puts into its dictionary
 * (cli/src/cli-cmd-parser.c). Of what is taken away, the name alone.
 */
import type { Json } from '../../../records/record.js';
import { HIDDEN_VALUE, isSecret } from './secrets.js';
import { entry } from './values.js';

/** Settings of one operation that are told; the rest is counted. */
const SettingsLimit = 32;
/** Characters of a name and of a value. */
const WordLimit = 128;
/** Characters of a reason in which values are looked for. */
const ReasonLimit = 4096;

export interface Settings {
  readonly keys: string[];
  /** Those beyond the limit. */
  readonly more: number;
}

type Read = (key: string) => string | undefined;
type Take = (name: string | undefined, value?: string) => void;
type Reader = (read: Read, take: Take) => void;

/** The keys of these names, under their names. */
const named =
  (...names: readonly string[]): Reader =>
  (read, take) => {
    for (const name of names) {
      const value = read(name);
      if (value !== undefined) take(name, value);
    }
  };

/** key1, value1, key2, ...: cli_cmd_volume_set_parse(). */
const numbered: Reader = (read, take) => {
  for (let i = 1; i < 1000; i++) {
    const key = read(`key${i}`);
    if (key === undefined) return;
    take(key, read(`value${i}`) ?? '');
  }
};

/** gf_quota_type: the ones with a value that is called no more than that. */
const QuotaValues: ReadonlyMap<string, string> = new Map([
  ['7', 'alert-time'],
  ['8', 'soft-timeout'],
  ['9', 'hard-timeout'],
  ['10', 'default-soft-limit'],
]);

const quota: Reader = (read, take) => {
  named('path', 'hard-limit', 'soft-limit')(read, take);
  const name = QuotaValues.get(read('type') ?? '');
  if (name !== undefined) take(name, read('value') ?? '');
};

/** Of geo-replication's sub-commands only these two change its configuration: parse_cmd of config_parse(). */
const geoReplication: Reader = (read, take) => {
  const what = read('subop');
  if (what === 'set' || what === 'set-glob') take(read('op_name'), read('op_value')?.trimEnd() ?? '');
  else if (what === 'del' || what === 'del-glob') take(read('op_name'));
};

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    GD_OP_SET_VOLUME: numbered,
    GD_OP_RESET_VOLUME: (read, take) => take(read('key')),
    GD_OP_QUOTA: quota,
    GD_OP_BITROT: named(
      'scrub-throttle-value',
      'scrub-frequency-value',
      'scrub-value',
      'expiry-time',
      'signer-threads',
    ),
    GD_OP_SNAP: named('snap-max-hard-limit', 'snap-max-soft-limit', 'auto-delete', 'snap-activate-on-create'),
    GD_OP_GSYNC_SET: geoReplication,
    GD_OP_BARRIER: named('barrier'),
    GD_OP_GANESHA: (read, take) => take(read('key'), read('value') ?? ''),
  } satisfies Record<string, Reader>),
);

const short = (word: string): string => (word.length > WordLimit ? `${word.slice(0, WordLimit)}...` : word);

/** What this operation sets; undefined: nothing. */
export function settingsOf(operation: string | undefined, dict: Json | undefined): Settings | undefined {
  const reader = operation === undefined ? undefined : READERS.get(operation);
  if (reader === undefined) return undefined;
  const keys: string[] = [];
  let more = 0;
  reader(
    (key) => entry(dict, key),
    (name, value) => {
      if (name === undefined) return;
      if (keys.length === SettingsLimit) more++;
      else if (value === undefined) keys.push(short(name));
      else keys.push(`${short(name)}=${isSecret(name) ? HIDDEN_VALUE : short(value)}`);
    },
  );
  return keys.length === 0 ? undefined : { keys, more };
}

/**
 * A reason, without the values that it repeats of options whose values are kept back. Where that would be much work for
 * a dictionary that no administrator has written, nothing of it is said.
 */
export function withoutSecretValues(why: string, dict: Json | undefined): string {
  const values = new Set<string>();
  numbered(
    (key) => entry(dict, key),
    (name, value) => {
      if (name === undefined || value === undefined || value === '' || !isSecret(name)) return;
      if (value.length <= why.length) values.add(value);
    },
  );
  if (values.size === 0) return why;
  if (values.size > SettingsLimit || why.length > ReasonLimit) return HIDDEN_VALUE;
  // In one pass, the longest first: a value may be a part of another, or of what stands for it.
  const longest = [...values].sort((a, b) => b.length - a.length);
  const any = longest.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return why.replace(new RegExp(any, 'gu'), HIDDEN_VALUE);
}
