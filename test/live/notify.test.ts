/** sd_notify(3) messages of a real daemon that is started by root, drops privileges and reopens a file. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { listenDatagrams } from '../helpers/datagram-receiver.js';
import { createNetns, whyNoNetns } from '../helpers/netns.js';
import { type Capture, startCapture, until } from '../helpers/wiretail.js';
import { NOBODY, whyNotNobody } from './unused-address.js';

suite('systemd', { skip: whyNoNetns() || whyNotNobody(), timeout: 60000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-notify-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  test('ready, pings, reload and stop are notified in order; a reopened file belongs to the user', async () => {
    const path = join(directory, 'notify');
    const receiver = listenDatagrams(path);
    // Only root can open the socket.
    chmodSync(path, 0o700);
    chmodSync(directory, 0o711);
    const logs = join(directory, 'log');
    mkdirSync(logs);
    chownSync(logs, NOBODY, NOBODY);
    const log = join(logs, 'wiretail.ndjson');
    const capture = await underManager(path, ['-i', 'lo', '--user', 'nobody', '--output', `file:${log}`]);
    /** Waits for a message, from the `from`th on. @returns its number */
    const received = (what: RegExp, from = 0) =>
      until(
        () => receiver.messages().findIndex((message, i) => i >= from && what.test(message)) + 1 || undefined,
        () => `not received ${what}: ${receiver.messages().join('|')}; ${capture.stderr()}`,
      );
    const ready = await received(/^READY=1\n/);
    assert.equal(ready, 1);
    assert.match(receiver.messages()[0], /^READY=1\nSTATUS=capturing on lo with (libpcap|cap)$/);
    await received(/^WATCHDOG=1$/);
    const status = await received(/^STATUS=\d+ packets seen, 0 dropped; \d+ lines written, 0 dropped$/);
    const pinged = await received(/^WATCHDOG=1$/, status);
    const owner = () => {
      const { uid, gid, mode } = statSync(log);
      return [uid, gid, mode & 0o777];
    };
    assert.deepEqual(owner(), [NOBODY, NOBODY, 0o640]);

    renameSync(log, `${log}.1`);
    capture.child.kill('SIGHUP');
    const reloading = await received(/^RELOADING=1\nMONOTONIC_USEC=\d+$/, pinged);
    const again = await received(/^READY=1$/, reloading);
    await until(
      () => statSync(log, { throwIfNoEntry: false }) !== undefined,
      () => `no new file: ${capture.stderr()}`,
    );
    assert.deepEqual(owner(), [NOBODY, NOBODY, 0o640]);
    await received(/^WATCHDOG=1$/, again);

    const before = receiver.messages().length;
    assert.equal((await capture.stop()).code, 0, capture.stderr());
    await received(/^STOPPING=1\n/, before);
    const kinds = receiver.messages().map((message) => message.split('=', 1)[0]);
    assert.equal(kinds.filter((kind) => kind === 'READY').length, 2);
    assert.equal(kinds.filter((kind) => kind === 'STOPPING').length, 1);
    const last = kinds.indexOf('STOPPING');
    assert.ok(kinds.slice(last + 1).every((kind) => kind === 'WATCHDOG'));
    assert.doesNotMatch(capture.stderr(), /service manager|watchdog/);
    receiver.close();
  });
});

/** Starts a capture in the environment that systemd sets. */
async function underManager(socket: string, args: readonly string[]): Promise<Capture> {
  const { env } = process;
  process.env = { ...env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' };
  try {
    return await startCapture(createNetns(), [...args, '--stats-interval', '1s']);
  } finally {
    process.env = env;
  }
}
