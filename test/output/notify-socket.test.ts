/** Messages to a service manager's socket, by path and abstract; when it is full, and when it was gone. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeManager } from '../../src/commands/service-manager.js';
import { newNotifySocket } from '../../src/output/notify-socket.js';
import { newUnixSocket } from '../../src/output/sinks/unix-socket.js';
import { listenDatagrams, type Receiver } from '../helpers/datagram-receiver.js';
import { until } from '../helpers/wiretail.js';
import { temporaryDirectory } from './outputs-harness.js';

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `STATUS=${i}`);

const arrived = (receiver: Receiver, count: number) =>
  until(
    () => receiver.messages().length >= count,
    () => `${receiver.messages().length} of ${count} messages`,
  );

for (const kind of ['a path', 'an abstract name']) {
  test(`${kind}: messages arrive in order`, async () => {
    const path = kind === 'a path' ? join(temporaryDirectory(), 'notify') : `@wiretail-notify-${process.pid}`;
    const receiver = listenDatagrams(path);
    const failures: string[] = [];
    const send = newNotifySocket(newUnixSocket(path), (error) => failures.push(error.message));
    for (const message of numbered(30)) send(message);
    await arrived(receiver, 30);
    assert.deepEqual(receiver.messages(), numbered(30));
    assert.deepEqual(failures, []);
    receiver.close();
  });
}

test('a message that does not fit yet is sent again, before those after it', async () => {
  const taken: string[] = [];
  let tries = 0;
  const send = newNotifySocket(
    {
      open: (opened) => opened(undefined),
      send(message, sent) {
        if (++tries < 4) return sent('full');
        taken.push(message.toString());
        sent('sent');
      },
      close() {},
    },
    assert.fail,
  );
  for (const message of numbered(3)) send(message);
  await until(
    () => taken.length === 3,
    () => taken.join(),
  );
  assert.deepEqual(taken, numbered(3));
});

test('nobody listens: said once; and again somebody does', async () => {
  const path = join(temporaryDirectory(), 'notify');
  const failures: string[] = [];
  const send = newNotifySocket(newUnixSocket(path), (error) => failures.push(error.message));
  send('a');
  send('b');
  assert.deepEqual(failures, [`connect ${path}: ENOENT`]);
  const first = listenDatagrams(path);
  send('c');
  await arrived(first, 1);
  first.close();
  rmSync(path);
  const second = listenDatagrams(path);
  // It was connected to the one that is gone.
  send('d');
  await arrived(second, 1);
  assert.deepEqual(second.messages(), ['d']);
  second.close();
  send('e');
  assert.deepEqual(failures.slice(1), [`connect ${path}: ECONNREFUSED`]);
});

test('what a service manager says in the environment', () => {
  const wrong: string[] = [];
  const take = (environment: NodeJS.ProcessEnv) => takeManager(environment, 7, (why) => wrong.push(why));
  const environment = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7', A: '1' };
  assert.deepEqual(take(environment), { socket: '/run/notify', watchdog: 30000 });
  assert.deepEqual(environment, { A: '1' }, 'no other program is to speak for this one');
  assert.equal(take({}), undefined);
  assert.equal(take({ WATCHDOG_USEC: '1000' }), undefined);
  assert.deepEqual(take({ NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '1500' }), { socket: '@a', watchdog: 1.5 });
  const ofAnother = { NOTIFY_SOCKET: '@a', WATCHDOG_USEC: '1500', WATCHDOG_PID: '8' };
  assert.deepEqual(take(ofAnother), { socket: '@a', watchdog: undefined });
  assert.deepEqual(wrong, []);
  for (const socket of ['vsock:2:1234', 'notify', '/', `/${'n'.repeat(107)}`]) {
    assert.equal(take({ NOTIFY_SOCKET: socket }), undefined);
    assert.match(wrong.pop() ?? '', /expected a path or an abstract name/);
  }
  for (const usec of ['0', '-1', '30s']) {
    assert.deepEqual(take({ NOTIFY_SOCKET: '@a', WATCHDOG_USEC: usec }), {
      socket: '@a',
      watchdog: undefined,
    });
    assert.match(wrong.pop() ?? '', new RegExp(`^WATCHDOG_USEC=${usec}: expected microseconds`));
  }
});
