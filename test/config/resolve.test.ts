/** Resolution of settings from all sources, and the errors for invalid values. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { variableName } from '../../src/config/definition.js';
import { ALL_DEFINITIONS, captureConfig, DAEMON_DEFINITIONS } from '../../src/config/options.js';
import { ORIGINS } from '../../src/config/origin.js';
import { changedSettings, type ResolvedSettings, resolveSettings } from '../../src/config/resolve.js';
import { UserError } from '../../src/config/user-error.js';
import { effectiveYaml, exampleYaml } from '../../src/config/write-yaml.js';
import { readProjectFile } from '../helpers/project.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-config-'));
after(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;

function file(text: string): string {
  const path = join(directory, `${++files}.yaml`);
  writeFileSync(path, text);
  return path;
}

function resolve(
  yaml: string,
  environment: Record<string, string> = {},
  given: Record<string, unknown> = {},
): Promise<ResolvedSettings> {
  const config = file(yaml);
  return resolveSettings({
    given: { config, ...given },
    environment,
    known: ALL_DEFINITIONS,
    definitions: DAEMON_DEFINITIONS,
    useDefaultFile: true,
  });
}

test('the command line overrides the environment, the environment the file, the file the defaults', async () => {
  const yaml = 'snaplen: 100\nmax-line: 3000\npayload-bytes: 5\n';
  const environment = { WIRETAIL_SNAPLEN: '200', WIRETAIL_MAX_LINE: '4000', HOME: '/' };
  const all = await resolve(yaml, environment, { snaplen: '300' });
  const config = captureConfig(all, 4);
  assert.equal(config.snaplen, 300);
  assert.equal(config.maxLine, 4000);
  assert.equal(config.payloadBytes, 5);
  assert.equal(config.callTimeout, 30000);
  const kinds = ['snaplen', 'max-line', 'payload-bytes', 'call-timeout'].map(
    (name) => all[ORIGINS].get(name)?.kind,
  );
  assert.deepEqual(kinds, ['option', 'environment', 'file', 'default']);
});

test('a file may have YAML values, or text as on the command line', async () => {
  const all = await resolve(`# a comment
interface: [eth0, lo]
promiscuous: true
errors: false
gearman-ports: [4730, 5000]
decapsulate: "vxlan, gre"
only: [slow, errors]
slow: 0.5
sample: 1/7
client: web*
view: messages
`);
  const config = captureConfig(all, 4);
  assert.deepEqual(config.interfaces, ['eth0', 'lo']);
  assert.equal(config.promiscuous, true);
  assert.deepEqual(config.ports.gearman, [4730, 5000]);
  assert.deepEqual(config.decapsulate, ['vxlan', 'gre']);
  assert.deepEqual(config.select.only, ['slow', 'errors']);
  assert.equal(config.select.slow, 500e6);
  assert.equal(config.select.sample, 7);
  assert.deepEqual(config.select.clients, ['web*']);
  assert.equal(config.view, 'messages');
  assert.equal(captureConfig(await resolve(''), 4).view, 'calls');
});

test('a file may have anchors, and transport options as a mapping', async () => {
  const all = await resolve('detail: &d full\ntransport: x\ntransport-options: {a: *d, b: {c: 1}}\n');
  assert.deepEqual(captureConfig(all, 4).outputs, [
    { kind: 'transport', target: 'x', options: { a: 'full', b: { c: 1 } } },
  ]);
  assert.deepEqual((await resolve('client: [&a foo, *a]')).client, ['foo', 'foo']);
  assert.equal((await resolve('rotate-age: &v 5s\nslow: *v')).slow, '5s');
});

test('variables hold lists, switches and globs; those of Kubernetes are ignored', async () => {
  const config = captureConfig(
    await resolve('', {
      WIRETAIL_INTERFACE: 'eth0, lo',
      WIRETAIL_PROMISCUOUS: 'true',
      WIRETAIL_PATH: '/a,b/**',
      WIRETAIL_READ_TIMEOUT: '5ms',
      WIRETAIL_SERVICE_HOST: '10.0.0.1',
      WIRETAIL_PORT_9732_TCP_ADDR: '10.0.0.1',
      WIRETAIL_METRICS_SERVICE_HOST: '10.0.0.2',
      WIRETAIL_METRICS_PORT: 'tcp://10.0.0.2:9732',
      WIRETAIL_METRICS_PORT_9732_TCP: 'tcp://10.0.0.2:9732',
    }),
    4,
  );
  assert.deepEqual(config.interfaces, ['eth0', 'lo']);
  assert.equal(config.promiscuous, true);
  assert.deepEqual(config.select.paths, ['/a,b/**']);
  assert.equal(config.readTimeout, 5);
});

const ERRORS: readonly (readonly [yaml: string, environment: Record<string, string>, message: RegExp])[] = [
  ['\nsnaplen: x', {}, /^\S+\.yaml:2: snaplen: x: expected a whole number from 64 to 262144$/],
  ['', { WIRETAIL_SNAPLEN: 'x' }, /^WIRETAIL_SNAPLEN=x: expected a whole number/],
  ['view: all', {}, /^\S+\.yaml:1: view: all: expected one of calls, messages$/],
  ['', { WIRETAIL_VIEW: 'all' }, /^WIRETAIL_VIEW=all: expected one of calls, messages$/],
  ['snaplan: 96', {}, /:1: snaplan: no such key; did you mean snaplen\?$/],
  ['config: a', {}, /:1: config: no such key/],
  ['', { WIRETAIL_READTIMEOUT: '5' }, /^WIRETAIL_READTIMEOUT: .*did you mean WIRETAIL_READ_TIMEOUT\?$/],
  ['', { WIRETAIL_GEARMAN_PORT: '4730' }, /^WIRETAIL_GEARMAN_PORT: .*did you mean WIRETAIL_GEARMAN_PORTS\?$/],
  ['', { WIRETAIL_ERRORS: 'yes' }, /^WIRETAIL_ERRORS=yes: expected true or false$/],
  ['errors: yes', {}, /:1: errors: yes: expected true or false$/],
  ['snaplen:', {}, /:1: snaplen: expected a value$/],
  ['snaplen: [96, 97]', {}, /:1: snaplen: a list: expected one value$/],
  ['client: [[a]]', {}, /:1: client: expected plain values in the list$/],
  ['transport: x\ntransport-options: {a: *none}', {}, /:2: transport-options: Unresolved alias/],
  ['transport: x\ntransport-options: &a {b: *a}', {}, /:2: transport-options: /],
  ['path: {/dir/**,/x/**}', {}, /:1: path: a mapping: expected a string \(quote it\)$/],
  ['interface: {a: b}', {}, /:1: interface: a mapping: expected a string/],
  ['snaplen: 96\nsnaplen: 97', {}, /:2: invalid YAML: .*unique/],
  ['a: b: c', {}, /:1: invalid YAML: /],
  ['- snaplen', {}, /:1: expected keys with values/],
  ['only: slow', {}, /:1: only: slow: expected --slow/],
  ['interface: [any, lo]', {}, /:1: interface: any, lo: expected either 'any'/],
];

for (const [yaml, environment, message] of ERRORS) {
  test(`an error: ${JSON.stringify(yaml)} ${JSON.stringify(environment)}`, async () => {
    await assert.rejects(
      async () => captureConfig(await resolve(yaml, environment), 4),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('a named configuration file must exist', async () => {
  const given = { config: join(directory, 'none.yaml') };
  const sources = {
    environment: {},
    known: ALL_DEFINITIONS,
    definitions: DAEMON_DEFINITIONS,
    useDefaultFile: true,
  };
  await assert.rejects(resolveSettings({ ...sources, given }), /none\.yaml: no such file/);
  const environment = { WIRETAIL_CONFIG: given.config };
  await assert.rejects(resolveSettings({ ...sources, given: {}, environment }), /none\.yaml: no such file/);
});

test('the printed effective configuration reads back as the same configuration', async () => {
  const first = await resolve(
    `interface: [eth0]\nclient: ["a'b", '*', "c: #d"]\nslow: 10ms\nworkers: 3\nfilter: "tcp port 1\\nor tcp port 2 # x"\n`,
    { WIRETAIL_GEARMAN_PORTS: '1,2' },
    { errors: true },
  );
  const text = effectiveYaml(DAEMON_DEFINITIONS, first);
  assert.match(text, /^gearman-ports: \[1, 2\] {2}# WIRETAIL_GEARMAN_PORTS$/m);
  assert.match(text, /^errors: true {2}# command line$/m);
  assert.match(text, /^workers: 3 {2}# \S+\.yaml:4$/m);
  assert.deepEqual(captureConfig(await resolve(text), 4), captureConfig(first, 4));
});

test('changedSettings() names the settings whose values differ', async () => {
  const before = await resolve('snaplen: 96\nclient: [a, b]');
  assert.deepEqual(changedSettings(before, await resolve('client: [a, b]\nsnaplen: 96')), []);
  assert.deepEqual(changedSettings(before, await resolve('client: [a]\nslow: 1s')), [
    'snaplen',
    'slow',
    'client',
  ]);
});

test('the example file is current', async () => {
  const example = exampleYaml(DAEMON_DEFINITIONS);
  assert.equal(
    readProjectFile('packaging/wiretail.yaml'),
    example,
    'run: npm run build:test && node build/scripts/write-example.js',
  );
  assert.equal(parse(example), null);
  // Uncommented, every key has its default.
  const uncommented = example.replaceAll(/^# ([a-z-]+: \S.*)$/gm, '$1');
  const { interface: _any, ...keys } = parse(uncommented) as Record<string, unknown>;
  const withDefault = Object.keys(DAEMON_DEFINITIONS).filter(
    (key) => DAEMON_DEFINITIONS[key].default !== undefined,
  );
  for (const key of withDefault) assert.ok(key in keys, key);
  assert.deepEqual(captureConfig(await resolve(uncommented), 4), captureConfig(await resolve(''), 4));
});

test('every setting has its own variable and a description', () => {
  const names = Object.keys(ALL_DEFINITIONS);
  assert.equal(new Set(names.map(variableName)).size, names.length);
  for (const name of names) assert.ok(ALL_DEFINITIONS[name].describe, name);
});
