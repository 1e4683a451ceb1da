/** What the service manager is told, by a run whose health the test decides. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { newNotifier, statusOf } from '../../src/observe/notifier.js';
import { until } from '../helpers/wiretail.js';

const HALF_MS = 10;

function harness(watchdog?: number) {
  const sent: string[] = [];
  const said: string[] = [];
  const state = { wrong: [] as string[] };
  const diagnostics = pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line).msg) });
  const notifier = newNotifier({
    send: (message) => sent.push(message),
    watchdog,
    health: () => state.wrong,
    diagnostics,
  });
  return { notifier, sent, said, state };
}

test('in order: ready, a reload, status, the end', async () => {
  const { notifier, sent } = harness();
  notifier.status('too early');
  let reloads = 0;
  const reload = () =>
    notifier.reload(async () => {
      reloads++;
    });
  // Whoever is not ready yet does not become so by a reload.
  await reload();
  assert.equal(sent.length, 0);
  notifier.ready('capturing on lo\nSTOPPING=1');
  assert.deepEqual(sent.splice(0), ['READY=1\nSTATUS=capturing on lo STOPPING=1']);
  const before = process.hrtime.bigint() / 1000n;
  await notifier.reload(async () => {
    reloads++;
    assert.match(sent.join(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    sent.push('the work');
  });
  const [reloading, ...rest]: string[] = sent.splice(0);
  assert.deepEqual(rest, ['the work', 'READY=1']);
  const usec = BigInt(reloading.split('=').at(-1) ?? '');
  assert.ok(usec >= before && usec <= process.hrtime.bigint() / 1000n, `${before} ${usec}`);
  notifier.status('5 packets seen');
  assert.deepEqual(sent.splice(0), ['STATUS=5 packets seen']);
  notifier.stopping();
  notifier.stopping();
  await reload();
  notifier.status('too late');
  assert.deepEqual(sent, ['STOPPING=1\nSTATUS=writing what was captured']);
  assert.equal(reloads, 3);
});

test('a reload that fails is over all the same', async () => {
  const { notifier, sent } = harness();
  notifier.ready('');
  await assert.rejects(
    notifier.reload(async () => {
      throw new Error('no');
    }),
  );
  assert.equal(sent.at(-1), 'READY=1');
});

test('a reload that the end overtakes does not say that it is ready', async () => {
  const { notifier, sent } = harness();
  notifier.ready('');
  await notifier.reload(async () => notifier.stopping());
  assert.match(sent.at(-1) ?? '', /^STOPPING=1/);
});

test('the watchdog is fed while all is well, and told once what is not', async () => {
  const { notifier, sent, said, state } = harness(2 * HALF_MS);
  const pings = () => sent.filter((message) => message === 'WATCHDOG=1').length;
  assert.equal(pings(), 0);
  notifier.ready('');
  await until(
    () => pings() > 3,
    () => 'the watchdog is not fed',
  );
  state.wrong = ['decoder 0 has made no progress for 6 s', 'decoder 1 has made no progress for 5 s'];
  const why = state.wrong.join('; ');
  await until(
    () => said.length > 0,
    () => 'nothing is said',
  );
  const fed = pings();
  let looked = 0;
  const wrong = state.wrong;
  Object.defineProperty(state, 'wrong', {
    get() {
      looked++;
      return wrong;
    },
    configurable: true,
  });
  notifier.status('5 packets seen');
  await until(
    () => looked > 3,
    () => 'it is not looked at again',
  );
  assert.equal(pings(), fed);
  assert.equal(sent.at(-1), `STATUS=${why}`);
  assert.deepEqual(said, [`the watchdog is not fed: ${why}`]);
  Object.defineProperty(state, 'wrong', { value: [] });
  await until(
    () => pings() > fed + 1,
    () => 'the watchdog is not fed again',
  );
  assert.deepEqual(said.slice(1), ['the watchdog is fed again']);
});

test('without a watchdog nothing is fed', async () => {
  const { notifier, sent } = harness();
  notifier.ready('');
  await new Promise((resolve) => setTimeout(resolve, 3 * HALF_MS));
  assert.deepEqual(sent, ['READY=1\nSTATUS=']);
});

test('the status is of a stats line', () => {
  const stats = { packets: { seen: 7, dropped: 2 }, lines: { written: 5, dropped: 1, lost: 3 } };
  assert.equal(statusOf(stats), '7 packets seen, 2 dropped; 5 lines written, 4 dropped');
});
