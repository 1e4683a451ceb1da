import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordSchema } from '../../src/records/schema.js';
import { captureNames, capturePath } from '../helpers/captures.js';
import { readHere } from '../helpers/read-here.js';
import { wiretail } from '../helpers/wiretail.js';

const validate = new Ajv2020({ strictTypes: false }).compile(recordSchema());

function check(line: string): void {
  const valid = validate(JSON.parse(line));
  assert.ok(valid, `${JSON.stringify(validate.errors, null, 1)}\n${line}`);
}

test('`wiretail schema` prints the schema', () => {
  const { stdout, code } = wiretail(['schema']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(recordSchema())));
});

const FORMS = [
  [],
  ['--view', 'messages', '--detail', 'full', '--payload-bytes', '64', '--max-line', '0'],
  ['--max-line', '2048', '--detail', 'full'],
  ['--snaplen', '96'],
];
/** Much the same traffic as in others: these have half of the forms. */
const Alike = /^(g-fops-\w+|g-gfapi|g-heal|g-volume-admin|gen-\w+|gm-split-odd|gm-many)$/;
for (const name of captureNames()) {
  const forms = Alike.test(name) ? FORMS.slice(0, 2) : FORMS;
  test(`every line of ${name} validates, in ${forms.length} forms`, async () => {
    for (const more of forms) {
      const { stdout, code } = await readHere([capturePath(name), ...more]);
      assert.equal(code, 0);
      const lines = stdout.trimEnd().split('\n');
      assert.ok(lines.length >= 2, 'a start line and a stats line at least');
      for (const line of lines) check(line);
      if (more.includes('2048')) for (const line of lines) assert.ok(Buffer.byteLength(line) < 2048, line);
    }
  });
}

test('the schema refuses what no line has', () => {
  const good = {
    '@timestamp': '2026-01-02T03:04:05.000000006Z',
    log: { level: 'info' },
    message: 'x',
    event: { dataset: 'wiretail.anomaly', action: 'gap' },
    wiretail: { anomaly: { bytes: 1, reason: 'lost', toward: 'server' } },
  };
  assert.ok(validate(good));
  assert.ok(!validate({ ...good, surprise: 1 }));
  assert.ok(!validate({ ...good, '@timestamp': '2026-01-02T03:04:05Z' }));
  assert.ok(!validate({ ...good, event: { dataset: 'gearman.packet', action: 'NOOP' } }));
  assert.ok(!validate({ ...good, wiretail: undefined }));
});
