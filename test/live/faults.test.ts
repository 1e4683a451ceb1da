/** Events in months of a daemon's life: it is stopped and continued, interfaces come and go, the clock is set. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNetns, type Netns, whyNoNetns } from '../helpers/netns.js';
import { type Capture, ended, finalStats, type Line, startCapture, until } from '../helpers/wiretail.js';
import { temporaryDirectory } from '../output/outputs-harness.js';
import { PEER, saying, startEchoServer } from './echoes.js';

const RPC_PEER = fileURLToPath(new URL('./rpc-peer.js', import.meta.url));
const SET_CLOCK = new URL('../helpers/set-clock.js', import.meta.url).href;
const ECHO_PORT = '4730';
const RPC_PORT = '24007';
const FAR = '10.99.2.2';
const HOUR_MS = 3_600_000;

const REPLY_MS = 600;
const METRICS = '127.0.0.1:9732';

function connectPair(near: Netns, far: Netns, name: string, network: string): void {
  near.ip('link', 'add', name, 'type', 'veth', 'peer', 'name', name, 'netns', far.name);
  for (const [netns, host] of [
    [near, 1],
    [far, 2],
  ] as const) {
    netns.ip('address', 'add', `${network}.${host}/24`, 'dev', name);
    netns.ip('link', 'set', name, 'up');
  }
}

const isEcho = (text: string) => (line: Line) =>
  line.event.action === 'ECHO_RES' && (line.gearman as { payload?: string }).payload === text;
const isCall = (xid: number) => (line: Line) => (line.rpc as { xid?: number } | undefined)?.xid === xid;

const anomalies = (capture: Capture) =>
  capture.lines().filter(({ event }) => event.dataset === 'wiretail.anomaly');
const actions = (capture: Capture) => anomalies(capture).map(({ event }) => event.action);

interface More {
  readonly clock: { readonly steps: number; readonly pauses: number };
  readonly kernel: { readonly interface_errors: number };
  readonly flows: { readonly open: number };
  readonly lag?: { readonly max: number };
}
type AllStats = ReturnType<typeof finalStats> & More;

const statsIn = (capture: Capture): AllStats[] =>
  capture.lines().flatMap(({ wiretail }) => (wiretail as { stats?: AllStats } | undefined)?.stats ?? []);

/** Stops the capture. It exits with 0, and accounts for every packet. @returns the final stats */
async function endOf(capture: Capture): Promise<AllStats> {
  assert.equal((await capture.stop()).code, 0, capture.stderr());
  const stats = finalStats(capture.lines()) as AllStats;
  const { seen, decoded, ignored, dropped, waiting } = stats.packets;
  assert.equal(seen, decoded + ignored + dropped + waiting);
  return stats;
}

/** Three captures: by the interface's name, by `any`, and with the engine that takes its own timestamps. */
suite('a long-running capture', { skip: whyNoNetns(), timeout: 120000 }, () => {
  let near: Netns;
  let far: Netns;
  let named: Capture;
  let any: Capture;
  let timed: Capture;
  const clock = join(temporaryDirectory(), 'clock');
  const setAhead = (ms: number) => writeFileSync(clock, String(ms));

  before(async () => {
    near = createNetns();
    far = createNetns();
    connectPair(near, far, 'veth0', '10.99.2');
    setAhead(0);
    const options = [
      ...['-f', `tcp port ${ECHO_PORT} or tcp port ${RPC_PORT}`, '--payload-bytes', '16'],
      ...['--call-timeout', '1s', '--stats-interval', '200ms', '--workers', '1'],
    ];
    [named, any, timed] = await Promise.all([
      startCapture(near, ['-i', 'veth0', '--buffer-size', '1MiB', '--metrics', METRICS, ...options]),
      startCapture(near, ['-i', 'any', ...options]),
      startCapture(near, ['-i', 'veth0', '--engine', 'cap', ...options], 'lines', {
        ...process.env,
        SET_CLOCK: clock,
        NODE_OPTIONS: `--import=${SET_CLOCK}`,
      }),
      startEchoServer(far, ECHO_PORT),
      saying(far, 'ready', RPC_PEER, 'server', RPC_PORT, String(REPLY_MS)),
    ]);
  });

  const echo = (text: string, host = FAR) =>
    near.run(process.execPath, [PEER, 'client', host, ECHO_PORT, text]);
  const ask = (xid: number) => saying(near, 'sent', RPC_PEER, 'client', FAR, RPC_PORT, String(xid));

  test('each clock step is reported and counted once, and timeouts stay right', async () => {
    const timeOf = async (text: string) => {
      echo(text);
      const { '@timestamp': time, event } = await timed.line(isEcho(text), text);
      const { duration = -1 } = event;
      assert.ok(duration > 0 && duration < 10e9, String(duration));
      return Date.parse(time);
    };
    const steps = (count: number) =>
      until(
        () => actions(timed).filter((action) => action === 'clock_step').length === count,
        () => `not reported: ${actions(timed)}; ${timed.stderr()}`,
      );
    const first = await timeOf('first');
    // A call that is pending during the step and never answered.
    const silent = await ask(5);
    await until(
      () => statsIn(timed).at(-1)?.flows.open === 1,
      () => 'the call is not seen',
    );
    setAhead(-HOUR_MS);
    await steps(1);
    // Timeouts are checked once a second, on a busy machine a little later.
    assert.match((await timed.line(isCall(5), 'no reply')).message, /-> no reply for [12]\.\d+ s$/);
    assert.ok((await timeOf('second')) < first - HOUR_MS / 2, 'lines have the new time');
    setAhead(HOUR_MS);
    await steps(2);
    // cap's process compares its clocks once a second.
    await sleep(1000);
    assert.ok((await timeOf('third')) > first + HOUR_MS / 2);
    silent.kill();

    const { clock: counted } = await endOf(timed);
    assert.equal(counted.steps, 2);
    const reported = anomalies(timed).filter(({ event }) => event.action === 'clock_step');
    assert.deepEqual(
      reported.map(({ message }) => message),
      [
        'the system clock was set back by 3600.0 s; earlier lines have the old time',
        'the system clock was set forward by 7200.0 s; earlier lines have the old time',
      ],
    );
    const lags = statsIn(timed).flatMap(({ lag }) => lag?.max ?? []);
    assert.ok(lags.length > 0 && lags.every((lag) => lag < 60e9), String(lags));
    assert.equal(timed.lines().filter(({ message }) => message.includes('no reply')).length, 1);
  });

  test('stopped and continued under load: every drop is counted, no reply is reported missing', async (t) => {
    // The reply arrives while the capture is stopped: when it is decoded, the timeout has passed.
    const client = await ask(2);
    await sleep(100);
    named.child.kill('SIGSTOP');
    const pause = sleep(2300);
    await any.line(isCall(2), 'the reply');
    await ended(near.spawn(process.execPath, [PEER, 'flood', FAR, ECHO_PORT, '0.2', '512']));
    await pause;
    named.child.kill('SIGCONT');
    assert.match((await named.line(isCall(2), 'the call')).message, /-> ok in \d+ ms$/);
    await named.line(({ event }) => event.action === 'paused', 'the pause');
    const get = `fetch('http://${METRICS}/healthz').then((r) => process.stdout.write(String(r.status)))`;
    assert.equal(near.run(process.execPath, ['-e', get]), '200');
    client.kill();
    // A later call without a reply is reported.
    const silent = await ask(3);
    echo('goes on');
    await named.line(isEcho('goes on'), 'an echo after the pause');
    for (const capture of [named, any]) {
      assert.match((await capture.line(isCall(3), 'no reply')).message, /-> no reply for [12]\.\d+ s$/);
      assert.equal(capture.lines().filter(isCall(2)).length, 1);
    }
    silent.kill();
    const last = (capture: Capture) => statsIn(capture).at(-1) as AllStats;
    await until(
      () => last(named).packets.seen === last(any).packets.seen,
      () =>
        `the captures do not count the same packets: ${last(named).packets.seen}, ${last(any).packets.seen}`,
    );
    const { packets, clock: counted } = last(named);
    assert.ok(packets.dropped_by.kernel > 0, 'nothing was dropped: the buffer was large enough');
    assert.equal(packets.dropped, packets.dropped_by.kernel);
    assert.deepEqual([counted.pauses, last(any).clock.pauses], [1, 0]);
    assert.equal(actions(named).filter((action) => action === 'paused').length, 1);
    t.diagnostic(`${packets.seen} packets, of which ${packets.dropped} were dropped`);
  });

  /** @returns false: older kernels rename only an interface that is down */
  const rename = (from: string, to: string): boolean => {
    try {
      near.ip('link', 'set', from, 'name', to);
      return true;
    } catch {
      near.ip('link', 'set', from, 'down');
      near.ip('link', 'set', from, 'name', to);
      near.ip('link', 'set', to, 'up');
      return false;
    }
  };

  test('a renamed interface is waited for, and `any` captures new interfaces', async () => {
    const live = rename('veth0', 'wan0');
    const down = await named.line(({ event }) => event.action === 'interface_down', 'interface_down');
    const reason = live ? 'the interface was renamed to wan0' : 'the interface is down';
    assert.equal(down.message, `capture on veth0 stopped: ${reason}; retrying until it is back`);
    echo('renamed');
    await any.line(isEcho('renamed'), 'an echo over the renamed interface');
    connectPair(near, far, 'veth1', '10.99.3');
    echo('new', '10.99.3.2');
    await any.line(isEcho('new'), 'an echo over the new interface');
    near.ip('link', 'delete', 'veth1');
    rename('wan0', 'veth0');
    await named.line(({ event }) => event.action === 'interface_up', 'interface_up');
    echo('after');
    for (const capture of [named, any]) await capture.line(isEcho('after'), 'an echo at the end');

    const ofInterfaces = (capture: Capture) => actions(capture).filter((action) => /^interface/.test(action));
    assert.deepEqual(ofInterfaces(any), []);
    assert.equal((await endOf(any)).kernel.interface_errors, 0);
    const events = ofInterfaces(named);
    assert.deepEqual([events[0], events.at(-1)], ['interface_down', 'interface_up']);
    assert.equal((await endOf(named)).kernel.interface_errors, events.length / 2);
    assert.equal(named.lines().some(isEcho('renamed')), false);
  });
});
