/** A run as others see it: ready, draining, and with a decoder that hangs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { monotonic } from '../../src/observe/health.js';
import { newNotifier } from '../../src/observe/notifier.js';
import type { Outputs } from '../../src/output/run-outputs.js';
import { startRun } from '../../src/pipeline/threads/run.js';
import { capturePath } from '../helpers/captures.js';
import { PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import { until } from '../helpers/wiretail.js';

const STUCK_DECODER = new URL('../helpers/stuck-decoder.js', import.meta.url);

function run(decoderScript?: URL, opened?: () => void, end = async () => {}) {
  const outputs: Outputs = {
    writeBatch(_lines, _count, settled) {
      setImmediate(settled);
      return true;
    },
    writeLine: () => true,
    counts: () => [],
    reopenFiles() {},
    reconfigure: async () => [],
    flush: async () => {},
    close: end,
    setListener() {},
  };
  return startRun({
    version: '0.0.0-test',
    config: {
      ...PROTOCOL_OPTIONS,
      glusterStateDir: undefined,
      filters: [],
      view: 'calls',
      detail: 'summary',
      workers: 2,
      snaplen: 262144,
      payloadBytes: 0,
      maxLine: 16384,
      ringBytes: 8 << 20,
      ringSlots: 8,
      select: SELECT_ALL,
      decapsulate: [],
    },
    // At its own pace it takes some seconds.
    source: { kind: 'files', files: [capturePath('gm-basic')], filters: [], realtime: true },
    described: {},
    statsInterval: 0,
    outputs,
    diagnostics: pino({ level: 'silent' }),
    ...(decoderScript === undefined ? {} : { decoderScript }),
    ...(opened === undefined ? {} : { opened }),
  });
}

test('a run that is starting, at work, and to end', async () => {
  const { observed, stop, ended } = run();
  assert.equal(observed.notReady(), 'starting');
  await until(
    () => observed.notReady() === undefined,
    () => 'never ready',
  );
  await until(
    () => observed.calls().length > 0,
    () => 'no calls are counted',
  );
  assert.deepEqual(observed.health(), []);
  stop();
  assert.equal(observed.notReady(), 'draining: the run is to end');
  assert.equal((await ended).code, 0);
  assert.deepEqual(observed.health(monotonic() + 1e6), [], 'what has ended is not expected to make progress');
});

test('a run that is to end before it was open is not ready by being opened', async () => {
  let opened = false;
  const { observed, stop, ended } = run(undefined, () => {
    opened = true;
    assert.equal(observed.notReady(), 'draining: the run is to end');
  });
  stop();
  assert.equal((await ended).code, 0);
  assert.ok(opened);
});

test('an output whose end hangs is not waited for, and the process is not to wait for it either', async () => {
  const { stop, ended } = run(undefined, undefined, () => new Promise(() => {}));
  stop();
  assert.deepEqual(await ended, { code: 0, stalled: true, mistake: undefined });
});

test('a decoder that hangs is found out, and named', async () => {
  const { observed, stop, ended } = run(STUCK_DECODER);
  const [wrong, ...more] = await until(
    () => observed.health().length > 0 && observed.health(),
    () => 'it is not found out',
  );
  assert.match(wrong, /^decoder 1 has made no progress for 5 s$/);
  assert.deepEqual(more, []);
  stop();
  assert.equal((await ended).code, 0);
  assert.deepEqual(observed.health(), []);
});

test('its watchdog is fed until a decoder hangs, and not from then on', async () => {
  const sent: string[] = [];
  const said: string[] = [];
  const diagnostics = pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line).msg) });
  const { observed, stop, ended } = run(STUCK_DECODER, () => notifier.ready('reading'));
  const pings = () => sent.filter((message) => message === 'WATCHDOG=1').length;
  let looked = 0;
  const notifier = newNotifier({
    send: (message) => sent.push(message),
    watchdog: 20,
    health() {
      looked++;
      // Twice as of a minute ago, when it did not hang yet.
      return looked > 2 ? observed.health() : observed.health(monotonic() - 60000);
    },
    diagnostics,
  });
  try {
    await until(
      () => said.length > 0,
      () => `it is not found out: ${sent}`,
    );
    const before = looked;
    const fed = pings();
    await until(
      () => looked > before + 3,
      () => 'it is not looked at again',
    );
    assert.match(said.join(), /^the watchdog is not fed: decoder 1 has made no progress for \d+ s$/);
    assert.equal(pings(), fed);
    assert.ok(fed >= 2);
  } finally {
    stop();
  }
  assert.equal((await ended).code, 0);
});
