/** A new protocol takes its folder and one line in the registry: test/protocols/whois gets them in a copy of the build. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { captureOf, type Message } from '../helpers/conversation.js';
import { finalStats, type Line, linesOf, runNode } from '../helpers/wiretail.js';

const BUILD = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(BUILD, 'registry-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const source = join(directory, 'src');
cpSync(join(BUILD, 'src'), source, { recursive: true });
cpSync(join(BUILD, 'test/protocols/whois'), join(source, 'protocols/whois'), { recursive: true });
const registry = join(source, 'protocols/registry.js');
const registered = readFileSync(registry, 'utf8').replace(/(PROTOCOLS = \[.*)\]/, '$1, whois]');
writeFileSync(registry, `import { whois } from './whois/index.js';\n${registered}`);

function run(...args: readonly string[]): string {
  const { code, stdout, stderr } = runNode([join(source, 'main.js'), ...args]);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** One lookup on this port. */
function capture(port: number): string {
  const path = join(directory, `${port}.pcap`);
  const query = Buffer.from('example.org\r\n');
  const response = Buffer.from('no match\r\n');
  const messages: Message[] = [
    [true, query],
    [false, response],
  ];
  writeFileSync(path, captureOf(port, messages));
  return path;
}

const lookups = (lines: readonly Line[]) => lines.filter(({ event }) => event.dataset === 'whois.lookup');

test('a registered protocol has records, a counter and a schema', () => {
  const lines = linesOf(run('read', capture(43)));
  const [line, ...more] = lookups(lines);
  assert.equal(more.length, 0);
  assert.equal(line.message, 'whois example.org: 10 bytes');
  assert.deepEqual(line.whois, { query: 'example.org', response_bytes: 10 });
  assert.equal((line.network as { protocol: string }).protocol, 'whois');
  assert.deepEqual(finalStats(lines).messages, { 'whois.lookup': 1 });
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(run('schema')));
  for (const each of lines) assert.ok(validate(each), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...line, whois: { query: 1 } }));
  assert.ok(!validate({ ...line, whois: undefined }));
});

test('its records are selected by dataset, action and subject', () => {
  const file = capture(43);
  const selected = (...args: string[]) => lookups(linesOf(run('read', file, ...args))).length;
  assert.deepEqual([selected('--dataset', 'whois.*'), selected('--dataset', 'gluster.*')], [1, 0]);
  assert.deepEqual([selected('--action', 'look*'), selected('--action', 'WRITE')], [1, 0]);
  assert.deepEqual([selected('--volume', 'example.*'), selected('--volume', 'x')], [1, 0]);
});

test('its ports are an option, part of the default filter and known to be services', () => {
  const file = capture(4343);
  assert.equal(lookups(linesOf(run('read', file))).length, 0);
  assert.equal(lookups(linesOf(run('read', file, '--whois-ports', '4343'))).length, 1);
  const help = run('capture', '--help');
  assert.match(help, /--whois-ports +ports of Whois servers +\[string\] \[default: 43\]/);
});

test('the default filter and the known actions include it', async () => {
  const { captureConfig, DAEMON_DEFINITIONS } = await import(join(source, 'config/options.js'));
  const defaults = Object.entries(DAEMON_DEFINITIONS as Record<string, { default?: unknown }>).map(
    ([name, definition]) => [name, definition.default],
  );
  const { filters, servicePorts } = captureConfig(Object.fromEntries(defaults), 2);
  assert.match(filters[0], /tcp port 43\b/);
  assert.ok(servicePorts.includes(43));
  const { countedActions } = await import(join(source, 'pipeline/decode/record-counters.js'));
  const names = countedActions().filter(({ dataset }: { dataset: string }) => dataset === 'whois.lookup');
  assert.deepEqual(
    names.map(({ action }: { action: string }) => action),
    ['LOOKUP', '_other'],
  );
});
