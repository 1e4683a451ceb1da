/** readInProcess(), which reads captures without processes or threads for most tests, yields the program's bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { temporaryFile } from '../capture/file/helpers.js';
import { capturePath } from '../helpers/captures.js';
import { readInProcess } from '../helpers/read-in-process.js';
import { wiretail } from '../helpers/wiretail.js';
import { readCapture } from './captures.js';

const truncated = temporaryFile(gunzipSync(readCapture(capturePath('gm-basic'))).subarray(0, -3));

/** Several captures at a time, to start few processes; each option that tests use at least once. */
const ARGUMENTS: readonly (readonly string[])[] = [
  ['g-fops-all', 'g-cli', 'gm-all', 'x-foreign'].map(capturePath),
  [
    ...['gm-basic', 'g-lease', 'g-any-sll2', 'gen-bits'].map(capturePath),
    ...['--view', 'messages', '--detail', 'full', '--payload-bytes', '64', '--max-line', '2048'],
  ],
  [
    ...['gm-all', 'g-fops-all'].map(capturePath),
    ...[
      '--snaplen',
      '96',
      '--sample',
      '1/4',
      '--errors',
      '--slow',
      '1ms',
      '--stuck',
      '1s',
      '--max-line',
      '0',
    ],
  ],
  [
    capturePath('g-fops-all'),
    '-f',
    'tcp port 24007',
    '--action',
    'LOOKUP,GET*',
    '--decapsulate',
    'vxlan,gre',
  ],
  [truncated],
];

for (const args of ARGUMENTS) {
  test(args[0] === truncated ? 'a truncated file' : args.join(' ').replaceAll(/\S*\//g, ''), async () => {
    const result = await readInProcess(args);
    const { stdout, code } = wiretail(['read', ...args]);
    const expected = stdout.split('\n');
    for (const [i, line] of result.stdout.split('\n').entries())
      assert.equal(line, expected[i], `line ${i + 1}`);
    assert.equal(result.stdout, stdout);
    assert.equal(result.code, code);
  });
}
