/** The options for redaction, and its key. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isHashableGlob } from '../records/name-hash.js';
import type { Definitions } from './definition.js';
import { type Arguments, invalidValue, single, strings } from './option-values.js';

export const REDACT_OPTIONS = {
  redact: {
    choices: ['none', 'paths'],
    default: 'none',
    describe: 'redaction; paths: replace file names with keyed hashes',
    requiresArg: true,
  },
  'redact-key-file': {
    type: 'string',
    defaultDescription: 'a new key for each run',
    describe: 'file with the key of the hashes, 16 bytes or more; the same key gives the same hashes',
    requiresArg: true,
  },
} as const satisfies Definitions;

const MIN_KEY_BYTES = 16;

/** @returns the key in hex; undefined: nothing is redacted @throws UserError */
export function redactKey(args: Arguments): string | undefined {
  const file = single(args, 'redact-key-file');
  if (single(args, 'redact') !== 'paths') {
    if (file !== undefined) throw invalidValue(args, 'redact-key-file', file, '--redact paths as well');
    return undefined;
  }
  const glob = strings(args.path).find((path) => !isHashableGlob(path));
  if (glob !== undefined) {
    throw invalidValue(
      args,
      'path',
      glob,
      'whole names, * or ** between slashes, since --redact paths hashes names',
    );
  }
  return file === undefined ? randomBytes(32).toString('hex') : readKey(args, file);
}

/** The key is hashed, so that all of a long key counts. */
function readKey(args: Arguments, file: string): string {
  let key: Buffer;
  try {
    key = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalidValue(args, 'redact-key-file', file, `a readable file (${code})`);
  }
  if (key.length < MIN_KEY_BYTES) {
    throw invalidValue(
      args,
      'redact-key-file',
      file,
      `a file of ${MIN_KEY_BYTES} bytes or more, not ${key.length}`,
    );
  }
  return createHash('sha256').update(key).digest('hex');
}
