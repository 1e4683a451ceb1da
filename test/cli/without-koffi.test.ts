/** koffi, which libpcap is called through, can't be loaded everywhere: what does not need it goes on. */
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
const refusing = `export async function resolve(name, context, next) {
  if (name === 'koffi') throw new Error('koffi is kept out');
  return next(name, context);
}`;
writeFileSync(
  hook,
  `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(refusing)}), import.meta.url);
`,
);
const wiretail = (args: readonly string[]) =>
  runNode(['--import', String(pathToFileURL(hook)), MAIN, ...args]);
const CAPTURE = 'test/captures/gm-basic.pcap.gz';

test('files are read', () => {
  const { code, stdout } = wiretail(['read', CAPTURE]);
  assert.equal(code, 0);
  assert.equal(stdout.split('\n').length, 185);
});

test('what needs libpcap says so in a line', () => {
  for (const args of [
    ['read', '-f', 'tcp', CAPTURE],
    ['capture', '-i', 'lo', '--engine', 'libpcap'],
  ]) {
    const { code, stdout, stderr } = wiretail(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^wiretail: [^\n]*koffi is kept out[^\n]*\n$/);
    assert.equal(stdout, '');
  }
});
