/** What of the lines is hidden: the options, and the key that they come to. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isHashableGlob } from '../records/name-hash.js';
import type { Definitions } from './definition.js';
import { type Arguments, invalidValue, single, strings } from './option-values.js';

export const REDACT_OPTIONS = {
  redact: {
    choices: ['none', 'paths'],
    default: 'none',
    describe: 'what is hidden: nothing, or names of files, of which keyed hashes are written',
    requiresArg: true,
  },
  'redact-key-file': {
    type: 'string',
    defaultDescription: 'another key in each run',
    describe: 'file with the key of those hashes (16 bytes or more): the same key, the same hashes',
    requiresArg: true,
  },
} as const satisfies Definitions;

const ShortestKey = 16;

/** The key in hex; undefined: nothing is hidden. */
export function redactKey(args: Arguments): string | undefined {
  const file = single(args, 'redact-key-file');
  if (single(args, 'redact') !== 'paths') {
    if (file !== undefined)
      throw invalidValue(args, 'redact-key-file', file, '--redact paths too, which it is for');
    return undefined;
  }
  const glob = strings(args.path).find((one) => !isHashableGlob(one));
  if (glob !== undefined) {
    throw invalidValue(
      args,
      'path',
      glob,
      'whole names, * or ** between slashes, since --redact paths hides the rest',
    );
  }
  return file === undefined ? randomBytes(32).toString('hex') : keyOf(args, file);
}

/** Hashed, so that a long key counts as a whole, whatever is behind it. */
function keyOf(args: Arguments, file: string): string {
  let key: Buffer;
  try {
    key = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalidValue(args, 'redact-key-file', file, `a file that can be read (${code})`);
  }
  if (key.length < ShortestKey) {
    throw invalidValue(
      args,
      'redact-key-file',
      file,
      `a file of ${ShortestKey} bytes or more, not ${key.length}`,
    );
  }
  return createHash('sha256').update(key).digest('hex');
}
