/** A run observed from outside: ready, draining, and with a decoder that hangs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { monotonic } from '../../src/observe/health.js';
import { Notifier } from '../../src/observe/notifier.js';
import type { Outputs } from '../../src/output/run-outputs.js';
import { Run } from '../../src/pipeline/threads/run.js';
import { capturePath } from '../helpers/captures.js';
import { PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import { until } from '../helpers/wiretail.js';

/** Generous: on an overloaded machine threads take seconds to start. */
const WAIT_MS = 60_000;
const STUCK_DECODER = new URL('../helpers/stuck-decoder.js', import.meta.url);

interface Given {
  readonly decoderScript?: URL;
  onStart?(): void;
  /** How outputs close. */
  close?(): Promise<void>;
}

function startRun({ close = async () => {}, ...given }: Given = {}): Run {
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
    close,
    setListener() {},
  };
  return new Run({
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
    // At its own pace the file takes some seconds.
    source: { kind: 'files', files: [capturePath('gm-basic')], filters: [], realtime: true },
    described: {},
    statsInterval: 0,
    outputs,
    diagnostics: pino({ level: 'silent' }),
    ...given,
  });
}

test('a run is starting, then ready, then draining', async () => {
  const run = startRun();
  const { observed } = run;
  assert.equal(observed.notReady(), 'starting');
  await until(
    () => observed.notReady() === undefined,
    () => 'never ready',
    WAIT_MS,
  );
  await until(
    () => observed.calls().length > 0,
    () => 'no calls are counted',
    WAIT_MS,
  );
  // On an overloaded machine a decoder may start late.
  await until(
    () => observed.health().length === 0,
    () => `never healthy: ${observed.health()}`,
    WAIT_MS,
  );
  run.stop();
  assert.equal(observed.notReady(), 'draining: the run is stopping');
  assert.equal((await run.ended).exitCode, 0);
  assert.deepEqual(observed.health(monotonic() + 1e6), [], 'an ended thread needs no heartbeat');
});

test('a run that is stopped before it has started never becomes ready', async () => {
  let hasStarted = false;
  const run = startRun({
    onStart() {
      hasStarted = true;
      assert.equal(run.observed.notReady(), 'draining: the run is stopping');
    },
  });
  run.stop();
  assert.equal((await run.ended).exitCode, 0);
  assert.ok(hasStarted);
});

test('an output that does not close is not waited for', async () => {
  const run = startRun({ close: () => new Promise(() => {}) });
  run.stop();
  assert.deepEqual(await run.ended, { exitCode: 0, outputsStalled: true, userError: undefined });
});

test('a decoder that hangs is reported by its number', async () => {
  const run = startRun({ decoderScript: STUCK_DECODER });
  // On an overloaded machine others may be reported until they have started.
  await until(
    () => /^decoder 1 has made no progress for \d+ s$/.test(run.observed.health().join()),
    () => `not reported alone: ${run.observed.health()}`,
    WAIT_MS,
  );
  run.stop();
  assert.equal((await run.ended).exitCode, 0);
  assert.deepEqual(run.observed.health(), []);
});

test('the watchdog is pinged until a decoder hangs', async () => {
  const sent: string[] = [];
  const logged: string[] = [];
  const diagnostics = pino({ base: null }, { write: (line: string) => logged.push(JSON.parse(line).msg) });
  const run = startRun({ decoderScript: STUCK_DECODER, onStart: () => notifier.ready('reading') });
  const pings = () => sent.filter((message) => message === 'WATCHDOG=1').length;
  let checks = 0;
  const notifier = new Notifier({
    send: (message) => sent.push(message),
    watchdog: 20,
    health() {
      checks++;
      // The first two as of a minute ago, before it hung.
      const faults = checks > 2 ? run.observed.health() : run.observed.health(monotonic() - 60000);
      return faults.filter((fault) => fault.startsWith('decoder 1 '));
    },
    diagnostics,
  });
  try {
    await until(
      () => logged.length > 0,
      () => `it is not reported: ${sent}`,
      WAIT_MS,
    );
    const before = checks;
    const pinged = pings();
    await until(
      () => checks > before + 3,
      () => 'it is not checked again',
      WAIT_MS,
    );
    assert.match(logged.join(), /decoder 1 has made no progress for \d+ s$/);
    assert.equal(pings(), pinged);
    assert.ok(pinged >= 2);
  } finally {
    run.stop();
  }
  assert.equal((await run.ended).exitCode, 0);
});
