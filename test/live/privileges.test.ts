/**
 * The capabilities and ids of each thread of a capture, read from /proc/PID/task/TID/status: after --user, and when
 * started as a user with CAP_NET_RAW alone. With either engine an interface that disappears is opened again.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { createNetns, isInstalled, type Netns, whyNoNetns } from '../helpers/netns.js';
import { type Capture, ended, MAIN, startCapture, until } from '../helpers/wiretail.js';
import { NOBODY, whyNotNobody } from './unused-address.js';

const NET_RAW = (1 << 13).toString(16).padStart(16, '0');
const NONE = '0'.repeat(16);
const SKIP = whyNoNetns() || whyNotNobody();

interface Thread {
  readonly uids: string;
  readonly gids: string;
  readonly groups: string;
  readonly permitted: string;
  readonly effective: string;
  readonly ambient: string;
  readonly bounding: string;
  readonly noNewPrivileges: string;
}

function threadsOf(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const status = readFileSync(`/proc/${pid}/task/${id}/status`, 'utf8');
    const field = (name: string) =>
      new RegExp(`^${name}:[\\t ]*(.*)$`, 'm').exec(status)?.[1].trim().replaceAll('\t', ' ') ?? '';
    return {
      uids: field('Uid'),
      gids: field('Gid'),
      groups: field('Groups'),
      permitted: field('CapPrm'),
      effective: field('CapEff'),
      ambient: field('CapAmb'),
      bounding: field('CapBnd'),
      noNewPrivileges: field('NoNewPrivs'),
    };
  });
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((id) =>
    readFileSync(`/proc/${pid}/task/${id}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

function checkUser(threads: readonly Thread[]): void {
  for (const thread of threads) {
    const ids = `${NOBODY} ${NOBODY} ${NOBODY} ${NOBODY}`;
    assert.deepEqual([thread.uids, thread.gids, thread.groups], [ids, ids, '']);
  }
}

const withCapability = (threads: readonly Thread[]) =>
  threads.filter(
    (thread) => thread.permitted !== NONE || thread.effective !== NONE || thread.ambient !== NONE,
  );

function addLink(netns: Netns): void {
  netns.ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1');
  netns.ip('link', 'set', 'v0', 'up');
  netns.ip('link', 'set', 'v1', 'up');
}

function createNetnsWithLink(): Netns {
  const netns = createNetns();
  addLink(netns);
  return netns;
}

async function recreateLink(netns: Netns, capture: Capture): Promise<void> {
  netns.ip('link', 'del', 'v0');
  const isAction = (action: string) => (line: { event: { action: string } }) => line.event.action === action;
  await capture.line(isAction('interface_down'), 'interface_down');
  addLink(netns);
  await capture.line(isAction('interface_up'), 'interface_up');
}

// The capture starts with supplementary groups, which it must drop.
before(() => {
  if (SKIP === false) process.setgroups?.([1, 2]);
});

test('libpcap: only the capture thread keeps CAP_NET_RAW', {
  skip: SKIP,
  timeout: 60000,
}, async () => {
  const netns = createNetnsWithLink();
  const capture = await startCapture(netns, ['-i', 'v0', '--user', 'nobody']);
  const pid = capture.child.pid ?? 0;
  const check = () => {
    const threads = threadsOf(pid);
    assert.ok(threads.length > 5);
    checkUser(threads);
    const capable = withCapability(threads);
    assert.deepEqual(
      capable.map(({ permitted, effective, ambient, bounding, noNewPrivileges }) => [
        permitted,
        effective,
        ambient,
        bounding,
        noNewPrivileges,
      ]),
      [[NET_RAW, NET_RAW, NONE, NET_RAW, '1']],
    );
    const main = threadsOf(pid)[0];
    assert.deepEqual([main.bounding, main.noNewPrivileges], [NET_RAW, '1']);
  };
  check();
  assert.doesNotMatch(capture.stderr(), /running as root/);
  await recreateLink(netns, capture);
  check();
  assert.equal((await capture.stop()).code, 0);
  netns.remove();
});

test('cap: the child process drops root too, also when it is restarted', {
  skip: SKIP,
  timeout: 60000,
}, async () => {
  const netns = createNetnsWithLink();
  const capture = await startCapture(netns, ['-i', 'v0', '--engine', 'cap', '--user', 'nobody']);
  const pid = capture.child.pid ?? 0;
  const children = childrenOf(pid);
  assert.equal(children.length, 1);
  checkUser(threadsOf(pid));
  checkUser(threadsOf(children[0]));
  assert.equal(withCapability(threadsOf(pid)).length, 1);
  assert.equal(withCapability(threadsOf(children[0])).length, 0);
  await recreateLink(netns, capture);
  const [restarted] = childrenOf(pid);
  const threads = threadsOf(restarted);
  checkUser(threads);
  // The capturing thread has none. Node's own threads keep what they had at the start, and do not use it.
  assert.deepEqual([threads[0].permitted, threads[0].ambient], [NONE, NONE]);
  for (const thread of withCapability(threads)) assert.equal(thread.permitted, NET_RAW);
  assert.equal((await capture.stop()).code, 0);
  netns.remove();
});

test('a capture that stays root logs a warning', {
  skip: SKIP,
  timeout: 60000,
}, async () => {
  const netns = createNetns();
  const capture = await startCapture(netns, ['-i', 'lo', '--engine', 'libpcap']);
  await until(() => /"level":40.*running as root; use --user NAME/.test(capture.stderr()), capture.stderr);
  await capture.stop();
  netns.remove();
});

test('a user with CAP_NET_RAW alone can capture', {
  skip: !isInstalled('setpriv') && 'setpriv is not installed',
}, async () => {
  const netns = createNetns();
  const capabilities = [
    '--inh-caps=-all,+net_raw',
    '--ambient-caps=-all,+net_raw',
    '--bounding-set=-all,+net_raw',
  ];
  const ids = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
  const child = netns.spawn(
    'setpriv',
    [...ids, ...capabilities, process.execPath, MAIN, 'capture', '-i', 'lo'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const exited = ended(child);
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  await until(
    () => stderr.includes('"capturing"'),
    () => stderr,
  );
  const threads = threadsOf(child.pid ?? 0);
  for (const thread of threads) assert.equal(thread.permitted, NET_RAW);
  assert.doesNotMatch(stderr, /running as root/);
  child.kill('SIGTERM');
  assert.equal((await exited).code, 0);
  netns.remove();
});
