/**
 * The complete output of some captures, kept beside them. After an intended change, regenerate it and review the
 * difference:
 *
 *     UPDATE_GOLDEN=1 node --test build/test/compare/golden.test.js
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { capturePath } from '../helpers/captures.js';
import { ROOT } from '../helpers/project.js';
import { wiretail } from '../helpers/wiretail.js';
import { exactLines, exactText } from './exact.js';
import type { Line } from './read.js';

function goldenPath(name: string): string {
  return `${ROOT}test/captures/${name}.expected.ndjson.gz`;
}

/** The line without what depends on the machine, the version and the checkout's folder. */
function portable(line: Line): string {
  const { host: _host, ...record } = line as Line & { host?: unknown };
  const { version: _version, ...wiretail } = record.wiretail ?? {};
  const text = exactText(record.wiretail === undefined ? record : { ...record, wiretail });
  return text.replaceAll(ROOT, '').replace(/"wiretail \d[^ ]* /, '"wiretail ');
}

for (const name of ['gm-basic', 'gm-all', 'gm-admin', 'g-lease', 'g-peer', 'g-any-sll2', 'g-notes-2012']) {
  test(`the complete output of ${name} is unchanged`, () => {
    const options = ['--detail', 'full', '--payload-bytes', '16'];
    const { code, stdout, stderr } = wiretail(['read', ...options, capturePath(name)]);
    assert.equal(code, 0, stderr);
    const lines = (exactLines(stdout) as Line[]).map(portable);
    if (process.env.UPDATE_GOLDEN === '1') {
      writeFileSync(goldenPath(name), gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
    }
    const expected = gunzipSync(readFileSync(goldenPath(name)))
      .toString()
      .trimEnd()
      .split('\n');
    // One by one: shows the first difference, not all that follow from it.
    for (const [i, line] of lines.entries()) assert.equal(line, expected[i], `line ${i + 1}`);
    assert.equal(lines.length, expected.length);
  });
}
