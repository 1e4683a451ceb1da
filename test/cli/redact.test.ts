/** `--redact paths`: no line has a file name, equal names have equal hashes, and all lines are kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/config/user-error.js';
import { temporaryFile } from '../capture/file/helpers.js';
import { capturePath } from '../helpers/captures.js';
import { readArguments, readInProcess } from '../helpers/read-in-process.js';
import { type Line, linesOf } from '../helpers/wiretail.js';

/** All captures of GlusterFS, with files, directories and links of all kinds. */
const CAPTURES = [
  ...['any-sll2', 'brickop', 'cli', 'fops-all', 'fops-v330', 'gfapi', 'heal', 'lease', 'notes-2012', 'peer'],
  'volume-admin',
].map((name) => capturePath(`g-${name}`));

async function read(...options: string[]): Promise<string> {
  const { code, stdout } = await readInProcess([...CAPTURES, '--max-line', '0', ...options]);
  assert.equal(code, 0);
  return stdout;
}

const NAME_FIELDS: ReadonlySet<string> = new Set(
  'path new_path target bname oldbname newbname oldpath newpath linkname'.split(' '),
);
/** Names that are gfids, which are not redacted, or words that GlusterFS or wiretail use as well. */
const GFID = /^[0-9a-f]{8}-|^<gfid:/;
const COMMON_WORDS: ReadonlySet<string> = new Set(
  'sock target hard direct glusterd such nope null'.split(' '),
);

function collectNames(value: unknown, key: string, names: Set<string>): void {
  if (typeof value === 'string') {
    if (NAME_FIELDS.has(key)) for (const name of value.split('/')) names.add(name);
  } else if (Array.isArray(value)) {
    for (const item of value) collectNames(item, '', names);
  } else if (typeof value === 'object' && value !== null) {
    const isEntry = 'd_off' in value;
    for (const [inner, item] of Object.entries(value)) {
      collectNames(item, isEntry && inner === 'name' ? 'bname' : inner, names);
    }
  }
}

test('no line has a file name of the captures, as text or as hex', { timeout: 120000 }, async () => {
  const [plain, ...redacted] = await Promise.all([
    read('--detail', 'full'),
    read('--detail', 'full', '--redact', 'paths'),
    read('--detail', 'full', '--redact', 'paths', '--view', 'messages'),
  ]);
  const names = new Set<string>();
  const lines = linesOf(plain);
  for (const line of lines)
    if (line.event.dataset.startsWith('gluster.')) collectNames(line.gluster, '', names);
  const secret = [...names].filter((name) => name.length >= 4 && !GFID.test(name) && !COMMON_WORDS.has(name));
  assert.ok(secret.length > 50, `${secret.length} names`);
  for (const text of redacted) {
    for (const name of secret) {
      for (const form of [name, JSON.stringify(name).slice(1, -1), Buffer.from(name).toString('hex')]) {
        const at = text.indexOf(form);
        assert.equal(at, -1, `${name}: ${text.slice(Math.max(0, at - 200), at + 100)}`);
      }
    }
  }
  assert.equal(linesOf(redacted[0]).length, lines.length);
  // Each path keeps its depth and its line.
  const shapes = (text: string) =>
    linesOf(text).map((line) => {
      const { path } = (line.gluster ?? {}) as { path?: string };
      return path?.split('/').length;
    });
  assert.deepEqual(shapes(redacted[0]), shapes(plain));
});

const fops = capturePath('g-fops-all');
const run = async (...options: string[]): Promise<readonly Line[]> => {
  const { code, lines } = await readInProcess([fops, '--redact', 'paths', ...options]);
  assert.equal(code, 0);
  return lines;
};
const key = temporaryFile(Buffer.from('a key of this test'));
const paths = (lines: readonly Line[]) => lines.map((line) => (line.gluster as { path?: string })?.path);

test('the same key gives the same hashes, another key others', { timeout: 120000 }, async () => {
  const first = paths(await run('--redact-key-file', key));
  assert.deepEqual(paths(await run('--redact-key-file', key)), first);
  const other = paths(await run());
  assert.notDeepEqual(other, first);
  // The mapping is one to one.
  const pairs = new Set(first.map((path, i) => `${path} ${other[i]}`));
  assert.equal(pairs.size, new Set(first).size);
  assert.equal(pairs.size, new Set(other).size);
});

test('--path matches the real names', { timeout: 120000 }, async () => {
  for (const path of ['/dir/**', 'copy', '/*']) {
    const plain = await readInProcess([fops, '--path', path]);
    const lines = await run('--path', path);
    assert.ok(lines.length > 4);
    assert.equal(lines.length, plain.lines.length, path);
  }
});

test('usage errors of --redact', { timeout: 120000 }, async () => {
  const errors: readonly (readonly [options: readonly string[], message: RegExp])[] = [
    [['--redact', 'names'], /--redact names: expected one of none, paths/],
    [['--redact-key-file', key], /--redact-key-file \S+: expected --redact paths as well/],
    [
      ['--redact', 'paths', '--redact-key-file', '/none'],
      /--redact-key-file \/none: expected a readable file/,
    ],
    [
      ['--redact', 'paths', '--redact-key-file', temporaryFile(Buffer.from('short'))],
      /16 bytes or more, not 5/,
    ],
    [['--redact', 'paths', '--path', '*.iso'], /--path \*\.iso: expected whole names/],
  ];
  for (const [options, message] of errors) {
    await assert.rejects(readArguments([fops, ...options]), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      return true;
    });
  }
});
