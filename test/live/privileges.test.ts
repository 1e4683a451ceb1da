/**
 * What each thread of a capture may do, as the kernel says it (/proc/PID/task/TID/status): after --user, and where it
 * starts as a user with CAP_NET_RAW alone. Both engines; an interface that vanishes is opened anew all the same.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, suite, test } from 'node:test';
import { createNetns, isInstalled, type Netns, whyNoNetns } from '../helpers/netns.js';
import { type Capture, ended, MAIN, startCapture, until } from '../helpers/wiretail.js';
import { NOBODY, whyNotNobody } from './unused-address.js';

const NET_RAW = (1 << 13).toString(16).padStart(16, '0');
const NONE = '0'.repeat(16);

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

function withLink(): Netns {
  const netns = createNetns();
  addLink(netns);
  return netns;
}

async function vanishAndComeBack(netns: Netns, capture: Capture): Promise<void> {
  netns.ip('link', 'del', 'v0');
  const isAction = (action: string) => (line: { event: { action: string } }) => line.event.action === action;
  await capture.line(isAction('interface_down'), 'interface_down');
  addLink(netns);
  await capture.line(isAction('interface_up'), 'interface_up');
}

suite('--user', { skip: whyNoNetns() || whyNotNobody(), timeout: 60000 }, () => {
  // What is started has groups to lose.
  before(() => process.setgroups?.([1, 2]));

  test('libpcap: the capture thread keeps CAP_NET_RAW, no other has any capability', async () => {
    const netns = withLink();
    const capture = await startCapture(netns, ['-i', 'v0', '--user', 'nobody']);
    const pid = capture.child.pid ?? 0;
    const check = () => {
      const threads = threadsOf(pid);
      assert.ok(threads.length > 5);
      checkUser(threads);
      const able = withCapability(threads);
      assert.deepEqual(
        able.map(({ permitted, effective, ambient, bounding, noNewPrivileges }) => [
          permitted,
          effective,
          ambient,
          bounding,
          noNewPrivileges,
        ]),
        [[NET_RAW, NET_RAW, NONE, NET_RAW, '1']],
      );
      // Those of Node's own that were there before: they start no program.
      const main = threadsOf(pid)[0];
      assert.deepEqual([main.bounding, main.noNewPrivileges], [NET_RAW, '1']);
    };
    check();
    assert.doesNotMatch(capture.stderr(), /running as root/);
    await vanishAndComeBack(netns, capture);
    check();
    assert.equal((await capture.stop()).code, 0);
    netns.remove();
  });

  test('cap: its process too, and one that is started anew', async () => {
    const netns = withLink();
    const capture = await startCapture(netns, ['-i', 'v0', '--engine', 'cap', '--user', 'nobody']);
    const pid = capture.child.pid ?? 0;
    const children = childrenOf(pid);
    assert.equal(children.length, 1);
    checkUser(threadsOf(pid));
    checkUser(threadsOf(children[0]));
    assert.equal(withCapability(threadsOf(pid)).length, 1);
    assert.equal(withCapability(threadsOf(children[0])).length, 0);
    await vanishAndComeBack(netns, capture);
    const [again] = childrenOf(pid);
    const threads = threadsOf(again);
    checkUser(threads);
    // Its thread that captures has none; what Node's own got when it was started they keep, and do nothing with.
    assert.deepEqual([threads[0].permitted, threads[0].ambient], [NONE, NONE]);
    for (const thread of withCapability(threads)) assert.equal(thread.permitted, NET_RAW);
    assert.equal((await capture.stop()).code, 0);
    netns.remove();
  });

  test('who stays root is warned of', async () => {
    const netns = createNetns();
    const capture = await startCapture(netns, ['-i', 'lo', '--engine', 'libpcap']);
    await until(() => /"level":40.*running as root: with --user NAME/.test(capture.stderr()), capture.stderr);
    await capture.stop();
    netns.remove();
  });

  test('a user with CAP_NET_RAW alone', {
    skip: !isInstalled('setpriv') && 'setpriv is not installed',
  }, async () => {
    const netns = createNetns();
    const able = ['--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw', '--bounding-set=-all,+net_raw'];
    const who = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
    const child = netns.spawn('setpriv', [...who, ...able, process.execPath, MAIN, 'capture', '-i', 'lo'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const over = ended(child);
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
    assert.equal((await over).code, 0);
    netns.remove();
  });
});
