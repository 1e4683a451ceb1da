/** Every worked example of docs/contributing.md compiles, and does what the document says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { captureOf, type Message } from '../helpers/conversation.js';
import { ROOT, readProjectFile } from '../helpers/project.js';
import { finalStats, type Line, linesOf, runNode } from '../helpers/wiretail.js';
import { call, GFID, NO_DICT, reply, words } from '../protocols/rpc/rpc-bytes.js';
import { long } from '../protocols/rpc/xdr-bytes.js';
import { applyChange, changesOf } from './worked-examples.js';

const DOCUMENT = readProjectFile('docs/contributing.md');
const HEADINGS = [
  'A GlusterFS procedure',
  'A field on the lines of file operations',
  'A protocol',
  'A metric',
] as const;

const directory = mkdtempSync(join(ROOT, 'build/contributing-'));
const source = join(directory, 'src');
const output = join(directory, 'out');
after(() => rmSync(directory, { recursive: true, force: true }));

/** Copies the source, with the example of a small protocol in its place. */
function copySource(): void {
  cpSync(join(ROOT, 'src'), source, { recursive: true });
  const folder = join(source, 'protocols/whois');
  cpSync(join(ROOT, 'test/protocols/whois'), folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8').replaceAll(`'../../../src/protocols/`, `'../`);
    writeFileSync(file, text.replaceAll(`'../../../src/`, `'../../`));
  }
}

function compile() {
  const options = { rootDir: 'src', noEmit: false, outDir: 'out', sourceMap: false };
  const config = { extends: `${ROOT}tsconfig.json`, compilerOptions: options, include: ['src'] };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [tsc, '-p', directory], { encoding: 'utf8' });
}

function run(...args: readonly string[]): string {
  const { code, stdout, stderr } = runNode([join(output, 'main.js'), ...args]);
  assert.equal(code, 0, stderr);
  return stdout;
}

function read(port: number, messages: readonly Message[], end?: 'fin' | 'rst'): Line[] {
  const file = join(directory, 'capture.pcap');
  writeFileSync(file, captureOf(port, messages, end));
  return linesOf(run('read', file));
}

const OK = words(0, 0);
const BRICK_PORT = 49152;

before(() => {
  copySource();
  for (const heading of HEADINGS)
    for (const change of changesOf(DOCUMENT, heading)) applyChange(directory, change);
  const { status, stdout } = compile();
  assert.equal(status, 0, stdout);
});

test('the examples touch as few files as the document says', () => {
  const files = HEADINGS.map((heading) => new Set(changesOf(DOCUMENT, heading).map(({ path }) => path)).size);
  assert.deepEqual(files, [2, 2, 1, 2]);
});

test('the procedure has its line, and its action is known', () => {
  const body = Buffer.concat([GFID, NO_DICT]);
  const lines = read(BRICK_PORT, [
    [true, call({ xid: 1, procedure: 57, body })],
    [false, reply(1, Buffer.concat([OK, NO_DICT]))],
  ]);
  const line = lines.find(({ event }) => event.action === 'SYNCFS');
  assert.match(line?.message ?? '', /SYNCFS .*93e1d5cc.* ok/);
});

test('the field is on the lines, and in the schema', () => {
  const write = Buffer.concat([GFID, long(7n), long(0n), words(4, 0), NO_DICT, words(0x64617461)]);
  const iatts = Buffer.alloc(2 * 148);
  const lines = read(BRICK_PORT, [
    [true, call({ xid: 1, procedure: 13, body: write })],
    [false, reply(1, Buffer.concat([words(4, 0), iatts, NO_DICT]))],
  ]);
  const line = lines.find(({ event }) => event.action === 'WRITE');
  assert.equal((line?.gluster as { fd: unknown } | undefined)?.fd, '7');
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(run('schema')));
  for (const each of lines) assert.ok(validate(each), JSON.stringify(validate.errors));
});

test('a field that the table lacks does not compile', () => {
  const file = join(source, 'protocols/gluster/fields.ts');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/^ {2}fd: .*\n/m, ''));
  const { status, stdout } = compile();
  writeFileSync(file, text);
  assert.notEqual(status, 0);
  assert.match(stdout, /data\.ts.*'"fd"'/);
});

test('the protocol has its records', () => {
  const lines = read(43, [
    [true, Buffer.from('example.org\r\n')],
    [false, Buffer.from('no match\r\n')],
  ]);
  assert.ok(lines.some(({ message }) => message === 'whois example.org: 10 bytes'));
});

test('the metric is in stats lines and in the Prometheus table', async () => {
  const lines = read(43, [[true, Buffer.from('example.org\r\n')]], 'rst');
  assert.equal(finalStats(lines).flows.reset, 1);
  const { metricsOf } = await import(join(output, 'records/metrics.js'));
  const row = metricsOf([]).find(({ key }: { key: string }) => key === 'flows.reset');
  assert.equal(row.prometheus.name, 'wiretail_flows_total');
});
