/** The service manager's socket, by path and by abstract name: full, gone and back. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeServiceManager } from '../../src/commands/service-manager.js';
import { NotifySocket } from '../../src/output/notify-socket.js';
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
    const socket = new NotifySocket(newUnixSocket(path), (error) => failures.push(error.message));
    for (const message of numbered(30)) socket.send(message);
    await arrived(receiver, 30);
    assert.deepEqual(receiver.messages(), numbered(30));
    assert.deepEqual(failures, []);
    receiver.close();
  });
}

test('a message that finds the socket full is sent again, before those after it', async () => {
  const taken: string[] = [];
  let tries = 0;
  const socket = new NotifySocket(
    {
      open: (onOpened) => onOpened(undefined),
      send(message, onSent) {
        if (++tries < 4) return onSent('full');
        taken.push(message.toString());
        onSent('sent');
      },
      close() {},
    },
    assert.fail,
  );
  for (const message of numbered(3)) socket.send(message);
  await until(
    () => taken.length === 3,
    () => taken.join(),
  );
  assert.deepEqual(taken, numbered(3));
});

test('without a listener the failure is reported once, and the socket reopens once there is one', async () => {
  const path = join(temporaryDirectory(), 'notify');
  const failures: string[] = [];
  const socket = new NotifySocket(newUnixSocket(path), (error) => failures.push(error.message));
  socket.send('a');
  socket.send('b');
  assert.deepEqual(failures, [`connect ${path}: ENOENT`]);
  const first = listenDatagrams(path);
  socket.send('c');
  await arrived(first, 1);
  first.close();
  rmSync(path);
  const second = listenDatagrams(path);
  // The socket is connected to the first receiver, which is gone.
  socket.send('d');
  await arrived(second, 1);
  assert.deepEqual(second.messages(), ['d']);
  second.close();
  socket.send('e');
  assert.deepEqual(failures.slice(1), [`connect ${path}: ECONNREFUSED`]);
});

test('the service manager is read from the environment', () => {
  const wrong: string[] = [];
  const take = (environment: NodeJS.ProcessEnv) =>
    takeServiceManager(environment, 7, (why) => wrong.push(why));
  const environment = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7', A: '1' };
  assert.deepEqual(take(environment), { socket: '/run/notify', watchdog: 30000 });
  assert.deepEqual(environment, { A: '1' }, 'child processes must not notify in its place');
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
