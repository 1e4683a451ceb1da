/** `--redact paths`: no name of a file is in any line, the same name has the same hash, and nothing else is lost. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../../src/config/user-error.js';
import { temporaryFile } from '../capture/file/helpers.js';
import { capturePath } from '../helpers/captures.js';
import { readArguments, readHere } from '../helpers/read-here.js';
import { type Line, linesOf } from '../helpers/wiretail.js';

/** All captures of GlusterFS, in which files, directories and links of all kinds are made and looked up. */
const CAPTURES = [
  ...['any-sll2', 'brickop', 'cli', 'fops-all', 'fops-v330', 'gfapi', 'heal', 'lease', 'notes-2012', 'peer'],
  'volume-admin',
].map((name) => capturePath(`g-${name}`));

async function read(...options: string[]): Promise<string> {
  const { code, stdout } = await readHere([...CAPTURES, '--max-line', '0', ...options]);
  assert.equal(code, 0);
  return stdout;
}

const NAMED: ReadonlySet<string> = new Set(
  'path new_path target bname oldbname newbname oldpath newpath linkname'.split(' '),
);
/** A file may be called by a gfid, which is shown everywhere; and by a word of GlusterFS's own or of wiretail's. */
const GFID = /^[0-9a-f]{8}-|^<gfid:/;
const WORDS: ReadonlySet<string> = new Set('sock target hard direct glusterd such nope null'.split(' '));

function namesIn(value: unknown, key: string, names: Set<string>): void {
  if (typeof value === 'string') {
    if (NAMED.has(key)) for (const name of value.split('/')) names.add(name);
  } else if (Array.isArray(value)) {
    for (const item of value) namesIn(item, '', names);
  } else if (typeof value === 'object' && value !== null) {
    const isEntry = 'd_off' in value;
    for (const [inner, item] of Object.entries(value)) {
      namesIn(item, isEntry && inner === 'name' ? 'bname' : inner, names);
    }
  }
}

suite('--redact paths', { timeout: 120000 }, () => {
  test('no name that a capture has is in a line, as text or as hex', async () => {
    const [plain, ...redacted] = await Promise.all([
      read('--detail', 'full'),
      read('--detail', 'full', '--redact', 'paths'),
      read('--detail', 'full', '--redact', 'paths', '--view', 'messages'),
    ]);
    const names = new Set<string>();
    const lines = linesOf(plain);
    for (const line of lines) if (line.event.dataset.startsWith('gluster.')) namesIn(line.gluster, '', names);
    const secret = [...names].filter((name) => name.length >= 4 && !GFID.test(name) && !WORDS.has(name));
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
    // A path is as deep as it was, and there where it was.
    const shapes = (text: string) =>
      linesOf(text).map((line) => {
        const { path } = (line.gluster ?? {}) as { path?: string };
        return path?.split('/').length;
      });
    assert.deepEqual(shapes(redacted[0]), shapes(plain));
  });

  const fops = capturePath('g-fops-all');
  const run = async (...options: string[]): Promise<readonly Line[]> => {
    const { code, lines } = await readHere([fops, '--redact', 'paths', ...options]);
    assert.equal(code, 0);
    return lines;
  };
  const key = temporaryFile(Buffer.from('a key that nobody else has'));
  const paths = (lines: readonly Line[]) => lines.map((line) => (line.gluster as { path?: string })?.path);

  test('the same key, the same hashes; another, others', async () => {
    const first = paths(await run('--redact-key-file', key));
    assert.deepEqual(paths(await run('--redact-key-file', key)), first);
    const other = paths(await run());
    assert.notDeepEqual(other, first);
    // One to one.
    const pairs = new Set(first.map((path, i) => `${path} ${other[i]}`));
    assert.equal(pairs.size, new Set(first).size);
    assert.equal(pairs.size, new Set(other).size);
  });

  test('--path knows the names all the same', async () => {
    for (const path of ['/dir/**', 'copy', '/*']) {
      const plain = await readHere([fops, '--path', path]);
      const lines = await run('--path', path);
      assert.ok(lines.length > 4);
      assert.equal(lines.length, plain.lines.length, path);
    }
  });

  test('mistakes', async () => {
    const mistakes: readonly (readonly [options: readonly string[], says: RegExp])[] = [
      [['--redact', 'names'], /--redact names: expected one of none, paths/],
      [['--redact-key-file', key], /--redact-key-file \S+: expected --redact paths too/],
      [['--redact', 'paths', '--redact-key-file', '/none'], /--redact-key-file \/none: expected a file/],
      [
        ['--redact', 'paths', '--redact-key-file', temporaryFile(Buffer.from('short'))],
        /16 bytes or more, not 5/,
      ],
      [['--redact', 'paths', '--path', '*.iso'], /--path \*\.iso: expected whole names/],
    ];
    for (const [options, says] of mistakes) {
      await assert.rejects(readArguments([fops, ...options]), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, says);
        return true;
      });
    }
  });
});
