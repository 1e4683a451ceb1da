/** Every line of every capture, damaged ones included, validates against the schema. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordSchema } from '../../src/protocols/decoders.js';
import { asFile, readPackets } from '../faults/packets.js';
import { captureNames, capturePath } from '../helpers/captures.js';
import { newRandom } from '../helpers/random.js';
import { readInProcess } from '../helpers/read-in-process.js';
import { wiretail } from '../helpers/wiretail.js';

const validate = new Ajv2020({ strictTypes: false }).compile(recordSchema());

function check(line: string): void {
  const valid = validate(JSON.parse(line));
  assert.ok(valid, `${JSON.stringify(validate.errors, null, 1)}\n${line}`);
}

test('wiretail schema prints the schema', () => {
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
/** Traffic much like that of other captures: these are read in half of the forms. */
const SIMILAR = /^(g-fops-\w+|g-gfapi|g-heal|g-volume-admin|gen-\w+|gm-split-odd|gm-many)$/;
for (const name of captureNames()) {
  const forms = SIMILAR.test(name) ? FORMS.slice(0, 2) : FORMS;
  test(`every line of ${name} validates, in ${forms.length} forms`, async () => {
    for (const more of forms) {
      const { stdout, code } = await readInProcess([capturePath(name), ...more]);
      assert.equal(code, 0);
      const lines = stdout.trimEnd().split('\n');
      assert.ok(lines.length >= 2, 'at least a start line and a stats line');
      for (const line of lines) check(line);
      if (more.includes('2048')) for (const line of lines) assert.ok(Buffer.byteLength(line) < 2048, line);
    }
  });
}

/** Writes a copy of the capture with damaged payloads. */
async function damaged(name: string, seed: number): Promise<string> {
  const random = newRandom(seed);
  const { linkType, packets } = await readPackets(name);
  const changed = packets.map((packet) => {
    if (packet.payload < 4 || !random.chance(0.3)) return packet;
    const bytes = Buffer.from(packet.bytes);
    for (let left = random.between(1, 8); left > 0; left--) {
      const word = bytes.length - packet.payload + 4 * random.below(packet.payload >> 2);
      if (word + 4 > bytes.length) continue;
      if (random.chance(0.5)) bytes.writeUInt32BE(random.pick(WORDS), word);
      else bytes[word + random.below(4)] ^= 1 << random.below(8);
    }
    return { ...packet, bytes };
  });
  const file = join(directory, `${name}-${seed}.pcap`);
  writeFileSync(file, asFile(linkType, changed));
  return file;
}

const WORDS = [0, 1, 2, 3, 64, 255, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];
const directory = mkdtempSync(join(tmpdir(), 'wiretail-schema-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('every line of damaged captures validates', async () => {
  let unnamedProcedures = 0;
  for (const [seed, name] of ['g-fops-v330', 'g-cli', 'g-peer', 'g-lease', 'gm-all', 'gm-admin'].entries()) {
    for (const form of [['--view', 'messages', '--detail', 'full'], []]) {
      const { stdout, code } = await readInProcess([await damaged(name, seed), ...form]);
      assert.equal(code, 0);
      for (const line of stdout.trimEnd().split('\n')) {
        check(line);
        if (/"dataset":"gluster\.\w+","action":"proc-/.test(line)) unnamedProcedures++;
      }
    }
  }
  assert.ok(unnamedProcedures > 20, `only ${unnamedProcedures} calls of unknown versions and procedures`);
});

test('the schema refuses unknown fields, missing sections and short timestamps', () => {
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
