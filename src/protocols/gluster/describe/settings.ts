/**
 * The settings of an operation as `name=value`, from the dictionary of the command (cli/src/cli-cmd-parser.c). A removed
 * setting has only its name.
 */
import type { Json } from '../../../records/record.js';
import { entry } from '../values.js';
import { HIDDEN_VALUE, isSecret } from './secrets.js';

/** Settings in a line; further ones are counted. */
const MAX_SETTINGS = 32;
/** Characters of a name and of a value. */
const MAX_WORD_LENGTH = 128;
/** Characters of the longest reason that is searched for values. */
const MAX_REASON_LENGTH = 4096;

export interface Settings {
  readonly keys: string[];
  /** Settings beyond the limit. */
  readonly more: number;
}

type ReadKey = (key: string) => string | undefined;
type AddSetting = (name: string | undefined, value?: string) => void;
type SettingsReader = (read: ReadKey, add: AddSetting) => void;

/** Settings with a key each. */
const named =
  (...names: readonly string[]): SettingsReader =>
  (read, add) => {
    for (const name of names) {
      const value = read(name);
      if (value !== undefined) add(name, value);
    }
  };

/** key1, value1, key2, ...: cli_cmd_volume_set_parse(). */
const numbered: SettingsReader = (read, add) => {
  for (let i = 1; i < 1000; i++) {
    const key = read(`key${i}`);
    if (key === undefined) return;
    add(key, read(`value${i}`) ?? '');
  }
};

/** gf_quota_type: the types with their value under the key `value`. */
const QUOTA_VALUES: ReadonlyMap<string, string> = new Map([
  ['7', 'alert-time'],
  ['8', 'soft-timeout'],
  ['9', 'hard-timeout'],
  ['10', 'default-soft-limit'],
]);

const quota: SettingsReader = (read, add) => {
  named('path', 'hard-limit', 'soft-limit')(read, add);
  const name = QUOTA_VALUES.get(read('type') ?? '');
  if (name !== undefined) add(name, read('value') ?? '');
};

/** The sub-commands of geo-replication that change its configuration: parse_cmd of config_parse(). */
const geoReplication: SettingsReader = (read, add) => {
  const command = read('subop');
  if (command === 'set' || command === 'set-glob') add(read('op_name'), read('op_value')?.trimEnd() ?? '');
  else if (command === 'del' || command === 'del-glob') add(read('op_name'));
};

const SETTINGS_READERS: ReadonlyMap<string, SettingsReader> = new Map(
  Object.entries({
    GD_OP_SET_VOLUME: numbered,
    GD_OP_RESET_VOLUME: (read, add) => add(read('key')),
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
    GD_OP_GANESHA: (read, add) => add(read('key'), read('value') ?? ''),
  } satisfies Record<string, SettingsReader>),
);

const shorten = (word: string): string =>
  word.length > MAX_WORD_LENGTH ? `${word.slice(0, MAX_WORD_LENGTH)}...` : word;

/** The settings of an operation (glusterd_op_t); undefined: none. */
export function settingsOf(operation: string | undefined, dict: Json | undefined): Settings | undefined {
  const reader = operation === undefined ? undefined : SETTINGS_READERS.get(operation);
  if (reader === undefined) return undefined;
  const keys: string[] = [];
  let more = 0;
  reader(
    (key) => entry(dict, key),
    (name, value) => {
      if (name === undefined) return;
      if (keys.length === MAX_SETTINGS) more++;
      else if (value === undefined) keys.push(shorten(name));
      else keys.push(`${shorten(name)}=${isSecret(name) ? HIDDEN_VALUE : shorten(value)}`);
    },
  );
  return keys.length === 0 ? undefined : { keys, more };
}

/**
 * A reason without the secret values that it repeats from the request's dictionary. The whole reason is hidden if the
 * search would be too expensive, which happens with crafted dictionaries only.
 */
export function withoutSecretValues(reason: string, dict: Json | undefined): string {
  const values = new Set<string>();
  numbered(
    (key) => entry(dict, key),
    (name, value) => {
      if (name === undefined || value === undefined || value === '' || !isSecret(name)) return;
      if (value.length <= reason.length) values.add(value);
    },
  );
  if (values.size === 0) return reason;
  if (values.size > MAX_SETTINGS || reason.length > MAX_REASON_LENGTH) return HIDDEN_VALUE;
  // One pass, the longest value first: a value may be a part of another, or of the placeholder.
  const longest = [...values].sort((a, b) => b.length - a.length);
  const alternatives = longest.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return reason.replace(new RegExp(alternatives, 'gu'), HIDDEN_VALUE);
}
