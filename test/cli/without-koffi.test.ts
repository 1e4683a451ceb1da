/** Without koffi, which calls libpcap and can't be loaded everywhere, everything else works. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { MAIN, runNode } from '../helpers/wiretail.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-koffi-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const hook = join(directory, 'hook.mjs');
const blockingHook = `export async function resolve(name, context, next) {
  if (name === 'koffi') throw new Error('koffi is blocked');
  return next(name, context);
}`;
writeFileSync(
  hook,
  `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(blockingHook)}), import.meta.url);
`,
);
const wiretail = (args: readonly string[]) =>
  runNode(['--import', String(pathToFileURL(hook)), MAIN, ...args]);
const CAPTURE = 'test/captures/gm-basic.pcap.gz';

test('files are read without koffi', () => {
  const { code, stdout } = wiretail(['read', CAPTURE]);
  assert.equal(code, 0);
  assert.equal(stdout.split('\n').length, 185);
});

test('a command that needs libpcap fails with one line', () => {
  for (const args of [
    ['read', '-f', 'tcp', CAPTURE],
    ['capture', '-i', 'lo', '--engine', 'libpcap'],
  ]) {
    const { code, stdout, stderr } = wiretail(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^wiretail: [^\n]*koffi is blocked[^\n]*\n$/);
    assert.equal(stdout, '');
  }
});
