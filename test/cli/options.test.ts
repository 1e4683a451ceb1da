/** Option values: sizes, durations, lists, and the configuration that they yield. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultFilters } from '../../src/config/defaults.js';
import { type Arguments, captureConfig, readConfig } from '../../src/config/options.js';
import { parseDuration, parseSize } from '../../src/config/sizes.js';
import { UserError } from '../../src/config/user-error.js';

const MIB = 1 << 20;

/** The settings without options. */
const DEFAULTS: Arguments = {
  view: 'calls',
  detail: 'summary',
  engine: 'auto',
  snaplen: '262144',
  'buffer-size': '64MiB',
  'ring-size': '64MiB',
  'payload-bytes': '0',
  'max-line': '16384',
  'gearman-ports': '4730,7003',
  'read-timeout': '20ms',
  'stats-interval': '60s',
  'call-timeout': '30s',
  stuck: '0',
  'max-paths': '1000000',
  'rotate-keep': '7',
  'output-buffer': '64MiB',
  'stdout-priority': 'auto',
};

test('sizes are parsed', () => {
  const sizes: [string, number | undefined][] = [
    ['64', 64 * MIB],
    ['64MiB', 64 * MIB],
    ['64mib', 64 * MIB],
    ['64 M', 64 * MIB],
    ['1.5g', 1536 * MIB],
    ['2GiB', 2048 * MIB],
    ['512k', 512 << 10],
    ['100b', 100],
    [' 8MiB ', 8 * MIB],
    ['0', 0],
    ['', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['MiB', undefined],
    ['64MB', undefined],
    ['64 potatoes', undefined],
    ['0x10', undefined],
    ['.5g', undefined],
  ];
  for (const [text, bytes] of sizes) assert.equal(parseSize(text, MIB), bytes, `'${text}'`);
});

test('durations are parsed', () => {
  const times: [string, number | undefined][] = [
    ['20ms', 20],
    ['1', 1000],
    ['60s', 60000],
    ['1.5s', 1500],
    ['2 m', 120000],
    ['1h', 3600000],
    ['1D', 86400000],
    ['0', 0],
    ['', undefined],
    ['-5s', undefined],
    ['5us', 0.005],
    ['ms', undefined],
    ['1m30s', undefined],
  ];
  for (const [text, milliseconds] of times) assert.equal(parseDuration(text), milliseconds, `'${text}'`);
});

test('a capture has defaults', () => {
  const config = captureConfig(DEFAULTS, 8);
  assert.deepEqual(config.interfaces, ['any']);
  assert.deepEqual(config.filters, defaultFilters({ gearman: [4730, 7003] }));
  assert.equal(config.workers, 4);
  assert.equal(config.snaplen, 262144);
  assert.equal(config.bufferBytes, 64 * MIB);
  assert.equal(config.ringBytes, 64 * MIB);
  assert.equal(config.readTimeout, 20);
  assert.equal(config.statsInterval, 60000);
  assert.equal(config.promiscuous, false);
  assert.deepEqual(config.servicePorts, [4730, 7003, 24007, 24008]);
});

test('the number of decoders leaves one core to the capture and one to the main thread', () => {
  const workers = [1, 2, 3, 4, 64].map((cores) => captureConfig(DEFAULTS, cores).workers);
  assert.deepEqual(workers, [1, 1, 1, 2, 4]);
  assert.equal(captureConfig({ ...DEFAULTS, workers: '7' }, 2).workers, 7);
  assert.equal(readConfig(DEFAULTS, ['a']).workers, 1);
});

test('each interface is captured once, and any covers all', () => {
  const on = (...names: string[]) => captureConfig({ ...DEFAULTS, interface: names }, 2).interfaces;
  assert.deepEqual(on('eth0', 'lo', 'eth0'), ['eth0', 'lo']);
  assert.deepEqual(on('any', 'any'), ['any']);
  assert.throws(() => on('any', 'lo'), UserError);
  assert.throws(() => on(''), UserError);
});

test('a user’s filter replaces the default; a file has none by default', () => {
  assert.deepEqual(captureConfig({ ...DEFAULTS, filter: 'tcp port 1' }, 2).filters, ['tcp port 1']);
  assert.deepEqual(readConfig({ ...DEFAULTS, filter: 'tcp port 1' }, ['a']).filters, ['tcp port 1']);
  assert.deepEqual(readConfig(DEFAULTS, ['a']).filters, []);
});

test("the default filter follows Gearman's ports", () => {
  const { filters, ports, servicePorts } = captureConfig({ ...DEFAULTS, 'gearman-ports': '5000, 5001' }, 2);
  assert.deepEqual(ports.gearman, [5000, 5001]);
  assert.deepEqual(servicePorts, [5000, 5001, 24007, 24008]);
  for (const filter of filters) assert.match(filter, /tcp port 5000 or tcp port 5001 or/);
});

test('values out of range and options given twice are refused', () => {
  const wrong: Arguments[] = [
    { snaplen: '63' },
    { snaplen: '262145' },
    { snaplen: '1e3' },
    { 'payload-bytes': '65537' },
    { 'max-line': '1' },
    { 'max-line': '2047' },
    { 'ring-size': '7' },
    { 'buffer-size': '2048' },
    { 'read-timeout': '0' },
    { 'read-timeout': '1001ms' },
    { 'stats-interval': '25h' },
    { 'gearman-ports': '' },
    { 'gearman-ports': '0' },
    { 'gearman-ports': '4730,' },
    { 'gearman-ports': '65536' },
    { workers: '65' },
    { workers: ['1', '2'] },
    { view: ['calls', 'calls'] },
  ];
  for (const args of wrong) {
    const [name] = Object.keys(args);
    assert.throws(
      () => captureConfig({ ...DEFAULTS, ...args }, 2),
      (error: unknown) => error instanceof UserError && error.message.includes(`--${name}`),
      JSON.stringify(args),
    );
  }
});

test('the line limit is 0 or at least the minimum', () => {
  assert.equal(readConfig({ ...DEFAULTS, 'max-line': '0' }, ['a']).maxLine, 0);
  assert.equal(readConfig({ ...DEFAULTS, 'max-line': '2048' }, ['a']).maxLine, 2048);
});
