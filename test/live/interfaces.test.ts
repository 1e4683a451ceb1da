/** Live capture on one, two and all interfaces, and the capture across interfaces that go down and come back. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createNetns, type Netns, whyNoNetns } from '../helpers/netns.js';
import { type Capture, finalStats, type Line, startCapture, until } from '../helpers/wiretail.js';
import { CONVERSATIONS } from './conversations.js';
import { PEER, startEchoServer } from './echoes.js';

const PORT = '4730';
const INJECT = fileURLToPath(new URL('./inject.js', import.meta.url));
const ENGINES = ['libpcap', 'cap'] as const;
const skip = whyNoNetns();

function echo(netns: Netns, host: string, text: string): void {
  netns.run(process.execPath, [PEER, 'client', host, PORT, text]);
}

/** A pair of interfaces between two namespaces, with addresses. */
function connectPair(near: Netns, far: Netns): void {
  near.ip('link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth0', 'netns', far.name);
  for (const [netns, host] of [
    [near, 1],
    [far, 2],
  ] as const) {
    netns.ip('address', 'add', `10.99.1.${host}/24`, 'dev', 'veth0');
    netns.ip('address', 'add', `fd99:1::${host}/64`, 'dev', 'veth0', 'nodad');
    netns.ip('link', 'set', 'veth0', 'up');
  }
}

const payloadOf = (line: Line) => (line.gearman as { payload?: string }).payload;
const isEcho = (text: string) => (line: Line) => line.event.action === 'ECHO_RES' && payloadOf(line) === text;

const OPTIONS = ['--payload-bytes', '64'];

function checkEnd(capture: Capture): void {
  const { seen, decoded, ignored, dropped, waiting } = finalStats(capture.lines()).packets;
  assert.equal(waiting, 0);
  assert.equal(seen, decoded + ignored + dropped);
  assert.ok(decoded > 0);
}

let near: Netns;
let far: Netns;

before(async () => {
  if (skip !== false) return;
  near = createNetns();
  far = createNetns();
  connectPair(near, far);
  await startEchoServer(far, PORT);
  await startEchoServer(near, PORT);
});

test('the default filter takes IPv4, IPv6 and tagged frames, on one, two and all interfaces', {
  skip,
  timeout: 120000,
}, async () => {
  const captures = new Map<string, Capture>();
  for (const [name, args] of Object.entries({
    'libpcap on one': ['--engine', 'libpcap', '-i', 'veth0'],
    'cap on one': ['--engine', 'cap', '-i', 'veth0'],
    'libpcap on two': ['--engine', 'libpcap', '-i', 'veth0', '-i', 'lo', '--workers', '2'],
    'cap on two': ['--engine', 'cap', '-i', 'veth0', '-i', 'lo', '--workers', '2'],
    'libpcap on any': ['--engine', 'libpcap', '-i', 'any'],
    'cap on any': ['--engine', 'cap', '-i', 'any'],
  })) {
    captures.set(name, await startCapture(near, [...args, ...OPTIONS]));
  }
  const echoes = [
    ['10.99.1.2', 'over IPv4'],
    ['fd99:1::2', 'over IPv6'],
    ['127.0.0.1', 'local IPv4'],
    ['::1', 'local IPv6'],
  ];
  for (const [host, text] of echoes) echo(near, host, text);
  const tagged = Object.keys(CONVERSATIONS);
  far.run(process.execPath, [INJECT, 'veth0', ...tagged]);
  /** The echoes that a capture must see, each once. A cooked link shows the outer VLAN tag only. */
  const expected = (name: string) =>
    [...echoes.map(([, text]) => text), ...tagged].filter(
      (text) =>
        !(name.endsWith('one') && text.startsWith('local')) &&
        !(name.endsWith('any') && text === 'tagged twice'),
    );
  const found = (capture: Capture) => capture.lines().filter((line) => line.event.action === 'ECHO_RES');
  for (const [name, capture] of captures) {
    await until(
      () => expected(name).every((text) => capture.lines().some(isEcho(text))),
      () => `${name} has seen only: ${found(capture).map(payloadOf)}; ${capture.stderr()}`,
    );
  }
  for (const [name, capture] of captures) {
    assert.equal((await capture.stop()).code, 0, name);
    checkEnd(capture);
    assert.deepEqual(found(capture).map(payloadOf).sort(), expected(name).sort(), name);
    for (const [host, text] of echoes) {
      for (const line of capture.lines().filter(isEcho(text))) {
        assert.equal((line.source as { ip: string }).ip, host);
      }
    }
    const start = capture.lines()[0].wiretail as { interfaces: unknown[] };
    assert.equal(start.interfaces.length, name.endsWith('two') ? 2 : 1);
  }
});

test('an interface that goes down, disappears and comes back is reported, and capture resumes', {
  skip,
  timeout: 120000,
}, async () => {
  const captures = new Map<string, Capture>();
  for (const engine of ENGINES) {
    captures.set(engine, await startCapture(near, ['--engine', engine, '-i', 'veth0', ...OPTIONS]));
  }
  const changes = (capture: Capture) =>
    capture
      .lines()
      .filter((line) => line.event.dataset === 'wiretail.anomaly')
      .map((line) => line.event.action);
  const untilReported = async (count: number, event: string) => {
    for (const [engine, capture] of captures) {
      await until(
        () => changes(capture).length >= count,
        () => `${engine} has not reported: ${event}; ${changes(capture)}; ${capture.stderr()}`,
      );
    }
  };
  const echoSeen = async (text: string) => {
    echo(near, '10.99.1.2', text);
    for (const [engine, capture] of captures) await capture.line(isEcho(text), `${engine}: ${text}`);
  };

  await echoSeen('before');
  near.ip('link', 'set', 'veth0', 'down');
  await untilReported(1, 'down');
  near.ip('link', 'set', 'veth0', 'up');
  await untilReported(2, 'up');
  await echoSeen('after it was down');

  near.ip('link', 'delete', 'veth0');
  await untilReported(3, 'deleted');
  connectPair(near, far);
  await untilReported(4, 'created again');
  await echoSeen('after it was created again');

  near.ip('link', 'set', 'veth0', 'down');
  await untilReported(5, 'down again');
  near.ip('link', 'delete', 'veth0');
  connectPair(near, far);
  await untilReported(6, 'deleted while down, and created again');
  await echoSeen('after it was deleted while down');

  for (const [engine, capture] of captures) {
    assert.equal((await capture.stop()).code, 0, engine);
    checkEnd(capture);
    const pair = ['interface_down', 'interface_up'];
    assert.deepEqual(changes(capture), [...pair, ...pair, ...pair], engine);
  }
});
