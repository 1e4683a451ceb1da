/** Notifications to the service manager, by a run whose health the test sets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Notifier, statusOf } from '../../src/observe/notifier.js';
import { until } from '../helpers/wiretail.js';

const HALF_MS = 10;

function newHarness(watchdog?: number) {
  const sent: string[] = [];
  const logged: string[] = [];
  const state = { faults: [] as string[] };
  const diagnostics = pino({ base: null }, { write: (line: string) => logged.push(JSON.parse(line).msg) });
  const notifier = new Notifier({
    send: (message) => sent.push(message),
    watchdog,
    health: () => state.faults,
    diagnostics,
  });
  return { notifier, sent, logged, state };
}

test('ready, a reload, the status and the stop are notified in order', async () => {
  const { notifier, sent } = newHarness();
  notifier.status('too early');
  let reloads = 0;
  const reload = () =>
    notifier.reload(async () => {
      reloads++;
    });
  // A reload before ready() is not notified.
  await reload();
  assert.equal(sent.length, 0);
  notifier.ready('capturing on lo\nSTOPPING=1');
  assert.deepEqual(sent.splice(0), ['READY=1\nSTATUS=capturing on lo STOPPING=1']);
  const before = process.hrtime.bigint() / 1000n;
  await notifier.reload(async () => {
    reloads++;
    assert.match(sent.join(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    sent.push('work');
  });
  const [reloading, ...others]: string[] = sent.splice(0);
  assert.deepEqual(others, ['work', 'READY=1']);
  const usec = BigInt(reloading.split('=').at(-1) ?? '');
  assert.ok(usec >= before && usec <= process.hrtime.bigint() / 1000n, `${before} ${usec}`);
  notifier.status('5 packets seen');
  assert.deepEqual(sent.splice(0), ['STATUS=5 packets seen']);
  notifier.stopping();
  notifier.stopping();
  await reload();
  notifier.status('too late');
  assert.deepEqual(sent, ['STOPPING=1\nSTATUS=writing captured packets']);
  assert.equal(reloads, 3);
});

test('a failed reload ends with READY=1', async () => {
  const { notifier, sent } = newHarness();
  notifier.ready('');
  await assert.rejects(
    notifier.reload(async () => {
      throw new Error('no');
    }),
  );
  assert.equal(sent.at(-1), 'READY=1');
});

test('a reload that is overtaken by the stop does not end with READY=1', async () => {
  const { notifier, sent } = newHarness();
  notifier.ready('');
  await notifier.reload(async () => notifier.stopping());
  assert.match(sent.at(-1) ?? '', /^STOPPING=1/);
});

test('the watchdog is pinged while the run is healthy, and a fault is reported once', async () => {
  const { notifier, sent, logged, state } = newHarness(2 * HALF_MS);
  const pings = () => sent.filter((message) => message === 'WATCHDOG=1').length;
  assert.equal(pings(), 0);
  notifier.ready('');
  await until(
    () => pings() > 3,
    () => 'the watchdog is not pinged',
  );
  state.faults = ['decoder 0 has made no progress for 6 s', 'decoder 1 has made no progress for 5 s'];
  const reason = state.faults.join('; ');
  await until(
    () => logged.length > 0,
    () => 'nothing is logged',
  );
  const pinged = pings();
  let checks = 0;
  const { faults } = state;
  Object.defineProperty(state, 'faults', {
    get() {
      checks++;
      return faults;
    },
    configurable: true,
  });
  notifier.status('5 packets seen');
  await until(
    () => checks > 3,
    () => 'health is not checked again',
  );
  assert.equal(pings(), pinged);
  assert.equal(sent.at(-1), `STATUS=${reason}`);
  assert.deepEqual(logged, [`watchdog pings suspended: ${reason}`]);
  Object.defineProperty(state, 'faults', { value: [] });
  await until(
    () => pings() > pinged + 1,
    () => 'the watchdog is not pinged again',
  );
  assert.deepEqual(logged.slice(1), ['watchdog pings resumed']);
});

test('without a watchdog there are no pings', async () => {
  const { notifier, sent } = newHarness();
  notifier.ready('');
  await new Promise((resolve) => setTimeout(resolve, 3 * HALF_MS));
  assert.deepEqual(sent, ['READY=1\nSTATUS=']);
});

test('the status sums up a stats line', () => {
  const stats = { packets: { seen: 7, dropped: 2 }, lines: { written: 5, dropped: 1, lost: 3 } };
  assert.equal(statusOf(stats), '7 packets seen, 2 dropped; 5 lines written, 4 dropped');
});
