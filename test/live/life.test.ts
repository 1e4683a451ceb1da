/** What happens to a daemon in months: it is stopped and goes on, interfaces come and go, the clock is set. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNetns, type Netns, whyNoNetns } from '../helpers/netns.js';
import { type Capture, ended, finalStats, type Line, startCapture, until } from '../helpers/wiretail.js';
import { temporary } from '../output/outputs-harness.js';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const PEER = here('./peer.js');
const RPC_PEER = here('./rpc-peer.js');
const SET_CLOCK = new URL('../helpers/set-clock.js', import.meta.url).href;
const ECHO_PORT = '4730';
const RPC_PORT = '24007';
const FAR = '10.99.2.2';
const HOUR_MS = 3_600_000;

const REPLY_MS = 700;
const METRICS = '127.0.0.1:9732';

/** Starts a process and waits for its word. */
async function saying(netns: Netns, word: string, script: string, ...args: string[]) {
  const child = netns.spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  await until(
    () => said.includes(word),
    () => `${script} ${args} does not say ${word}`,
  );
  return child;
}

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
}

/** The last numbers of a capture, which ends well and whose packets are all accounted for. */
async function endOf(capture: Capture) {
  assert.equal((await capture.stop()).code, 0, capture.stderr());
  const stats = finalStats(capture.lines()) as ReturnType<typeof finalStats> & More;
  const { seen, decoded, ignored, dropped, waiting } = stats.packets;
  assert.equal(seen, decoded + ignored + dropped + waiting);
  return stats;
}

suite('the life of a capture', { skip: whyNoNetns(), timeout: 120000 }, () => {
  let near: Netns;
  let far: Netns;

  before(async () => {
    near = createNetns();
    far = createNetns();
    connectPair(near, far, 'veth0', '10.99.2');
    await Promise.all([
      saying(far, 'ready', PEER, 'server', ECHO_PORT),
      saying(far, 'ready', RPC_PEER, 'server', RPC_PORT, String(REPLY_MS)),
    ]);
  });

  const echo = (text: string, host = FAR) =>
    near.run(process.execPath, [PEER, 'client', host, ECHO_PORT, text]);
  const OPTIONS = ['--payload-bytes', '16', '--call-timeout', '1s', '--stats-interval', '200ms'];

  test('stopped and continued under load: drops are counted to the packet, no reply is missed; two see the same', async (t) => {
    const [stopped, other] = await Promise.all([
      startCapture(near, ['-i', 'veth0', '--buffer-size', '1MiB', '--metrics', METRICS, ...OPTIONS]),
      startCapture(near, ['-i', 'veth0', ...OPTIONS, '--dataset', 'gluster.*']),
    ]);
    // The call is seen, and its reply comes while nobody looks: when it is looked at, it is older than the timeout.
    const client = await saying(near, 'asked', RPC_PEER, 'client', FAR, RPC_PORT, '2');
    await sleep(100);
    stopped.child.kill('SIGSTOP');
    await other.line(isCall(2), 'the reply');
    const flood = near.spawn(process.execPath, [PEER, 'flood', FAR, ECHO_PORT, '0.7', '512']);
    await ended(flood);
    await sleep(2200);
    stopped.child.kill('SIGCONT');
    const { message } = await stopped.line(isCall(2), 'the call');
    assert.match(message, /-> ok in \d+ ms$/);
    await stopped.line(({ event }) => event.action === 'paused', 'that it was stopped');
    const get = `fetch('http://${METRICS}/healthz').then((r) => process.stdout.write(String(r.status)))`;
    assert.equal(near.run(process.execPath, ['-e', get]), '200');
    // What is asked now and never answered is told of, and once.
    client.kill();
    const silent = await saying(near, 'asked', RPC_PEER, 'client', FAR, RPC_PORT, '3');
    echo('goes on');
    for (const capture of [stopped, other]) {
      assert.match((await capture.line(isCall(3), 'no reply')).message, /-> no reply for 1\.\d+ s$/);
    }
    await stopped.line(isEcho('goes on'), 'an echo after all that');
    silent.kill();
    await sleep(200);

    const mine = await endOf(stopped);
    const its = await endOf(other);
    assert.equal(mine.packets.seen, its.packets.seen, 'the two do not count the same packets');
    assert.ok(mine.packets.dropped_by.kernel > 0, 'nothing was dropped: the buffer was large enough');
    assert.equal(mine.packets.dropped, mine.packets.dropped_by.kernel);
    assert.deepEqual([mine.clock.pauses, its.clock.pauses], [1, 0]);
    assert.equal(actions(stopped).filter((action) => action === 'paused').length, 1);
    assert.deepEqual([mine.clock.steps, its.clock.steps], [0, 0]);
    for (const capture of [stopped, other]) assert.equal(capture.lines().filter(isCall(2)).length, 1);
    t.diagnostic(`${mine.packets.seen} packets, of which ${mine.packets.dropped} were dropped`);
  });

  test('renamed, and new ones with any: what is named is waited for, what is new is seen', async () => {
    const [named, any] = await Promise.all([
      startCapture(near, ['-i', 'veth0', ...OPTIONS]),
      startCapture(near, ['-i', 'any', ...OPTIONS]),
    ]);
    echo('before');
    near.ip('link', 'set', 'veth0', 'down');
    near.ip('link', 'set', 'veth0', 'name', 'wan0');
    near.ip('link', 'set', 'wan0', 'up');
    const down = await named.line(({ event }) => event.action === 'interface_down', 'that it is gone');
    const reason =
      /^capture on veth0 stopped: (its interface is called wan0 now|the interface is down); trying/;
    assert.match(down.message, reason);
    echo('called otherwise');
    await any.line(isEcho('called otherwise'), 'an echo over the interface that was renamed');
    connectPair(near, far, 'veth1', '10.99.3');
    echo('a new one', '10.99.3.2');
    await any.line(isEcho('a new one'), 'an echo over the interface that is new');
    near.ip('link', 'delete', 'veth1');
    near.ip('link', 'set', 'wan0', 'down');
    near.ip('link', 'set', 'wan0', 'name', 'veth0');
    near.ip('link', 'set', 'veth0', 'up');
    await named.line(({ event }) => event.action === 'interface_up', 'that it is back');
    echo('after');
    for (const capture of [named, any]) await capture.line(isEcho('after'), 'an echo at the end');

    assert.deepEqual(actions(any), []);
    assert.equal((await endOf(any)).kernel.interface_errors, 0);
    const told = actions(named).filter((action) => /^interface/.test(action));
    assert.deepEqual([told[0], told.at(-1)], ['interface_down', 'interface_up']);
    assert.equal((await endOf(named)).kernel.interface_errors, told.length / 2);
    assert.equal(named.lines().some(isEcho('called otherwise')), false);
  });

  // The kernel's times can't be changed for one program: so it is the engine that takes its own.
  test('the clock is set back and forward: said and counted once each, and time goes on', async () => {
    const clock = join(temporary(), 'clock');
    const setAhead = (ms: number) => writeFileSync(clock, String(ms));
    setAhead(0);
    const capture = await startCapture(near, ['-i', 'veth0', '--engine', 'cap', ...OPTIONS], 'lines', {
      ...process.env,
      SET_CLOCK: clock,
      NODE_OPTIONS: `--import=${SET_CLOCK}`,
    });
    const timeOf = async (text: string) => {
      echo(text);
      const { '@timestamp': time, event } = await capture.line(isEcho(text), text);
      assert.ok(
        event.duration !== undefined && event.duration > 0 && event.duration < 10e9,
        String(event.duration),
      );
      return Date.parse(time);
    };
    const steps = async (count: number) =>
      until(
        () => actions(capture).filter((action) => action === 'clock_step').length === count,
        () => `not told of: ${actions(capture)}; ${capture.stderr()}`,
      );
    const first = await timeOf('first');
    // Over the first step, a call waits that is never answered.
    const silent = await saying(near, 'asked', RPC_PEER, 'client', FAR, RPC_PORT, '5');
    await until(
      () =>
        capture
          .lines()
          .some(
            ({ wiretail }) => (wiretail as { stats?: { flows: { open: number } } })?.stats?.flows.open === 1,
          ),
      () => 'the call is not seen',
    );
    setAhead(-HOUR_MS);
    await steps(1);
    assert.match((await capture.line(isCall(5), 'no reply')).message, /-> no reply for [12]\.\d+ s$/);
    // cap's process looks at the clock once a second.
    await sleep(1000);
    const second = await timeOf('second');
    assert.ok(second < first - HOUR_MS / 2, 'lines have the time that it is now');
    setAhead(HOUR_MS);
    await steps(2);
    await sleep(1000);
    const third = await timeOf('third');
    assert.ok(third > first + HOUR_MS / 2);
    silent.kill();

    const { clock: counted } = await endOf(capture);
    assert.equal(counted.steps, 2);
    assert.deepEqual(
      anomalies(capture).map(({ message }) => message),
      [
        'the clock was set back by 3600.0 s: lines from before have the old time',
        'the clock was set forward by 7200.0 s: lines from before have the old time',
      ],
    );
    const lags = capture
      .lines()
      .flatMap(({ wiretail }) => (wiretail as { stats?: { lag?: { max: number } } })?.stats?.lag?.max ?? []);
    assert.ok(lags.length > 0 && lags.every((lag) => lag < 60e9), String(lags));
    assert.equal(capture.lines().filter(({ message }) => message.includes('no reply')).length, 1);
  });
});
