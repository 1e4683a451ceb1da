/** What systemd is told by a real daemon that root started and that became a user, whose file it also writes anew. */
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

  test('ready, fed, reloaded, and the end in order; a file of its own after a rotation', async () => {
    const path = join(directory, 'notify');
    const receiver = listenDatagrams(path);
    // The user could not open it; who starts the daemon could.
    chmodSync(path, 0o700);
    chmodSync(directory, 0o711);
    const logs = join(directory, 'log');
    mkdirSync(logs);
    chownSync(logs, NOBODY, NOBODY);
    const log = join(logs, 'wiretail.ndjson');
    const capture = await underManager(path, ['-i', 'lo', '--user', 'nobody', '--output', `file:${log}`]);
    /** Waits for a message from the `from`th on, and gives the number of it. */
    const told = (what: RegExp, from = 0) =>
      until(
        () => receiver.messages().findIndex((message, i) => i >= from && what.test(message)) + 1 || undefined,
        () => `not told ${what}: ${receiver.messages().join('|')}; ${capture.stderr()}`,
      );
    const ready = await told(/^READY=1\n/);
    assert.equal(ready, 1);
    assert.match(receiver.messages()[0], /^READY=1\nSTATUS=capturing on lo with (libpcap|cap)$/);
    await told(/^WATCHDOG=1$/);
    const status = await told(/^STATUS=\d+ packets seen, 0 dropped; \d+ lines written, 0 dropped$/);
    const fed = await told(/^WATCHDOG=1$/, status);
    const owner = () => {
      const { uid, gid, mode } = statSync(log);
      return [uid, gid, mode & 0o777];
    };
    assert.deepEqual(owner(), [NOBODY, NOBODY, 0o640]);

    renameSync(log, `${log}.1`);
    capture.child.kill('SIGHUP');
    const reloading = await told(/^RELOADING=1\nMONOTONIC_USEC=\d+$/, fed);
    const again = await told(/^READY=1$/, reloading);
    await until(
      () => statSync(log, { throwIfNoEntry: false }) !== undefined,
      () => `no new file: ${capture.stderr()}`,
    );
    assert.deepEqual(owner(), [NOBODY, NOBODY, 0o640]);
    await told(/^WATCHDOG=1$/, again);

    const before = receiver.messages().length;
    assert.equal((await capture.stop()).code, 0, capture.stderr());
    await told(/^STOPPING=1\n/, before);
    const kinds = receiver.messages().map((message) => message.split('=', 1)[0]);
    assert.equal(kinds.filter((kind) => kind === 'READY').length, 2);
    assert.equal(kinds.filter((kind) => kind === 'STOPPING').length, 1);
    const last = kinds.indexOf('STOPPING');
    assert.ok(kinds.slice(last + 1).every((kind) => kind === 'WATCHDOG'));
    assert.doesNotMatch(capture.stderr(), /service manager|not fed/);
    receiver.close();
  });
});

/** As systemd sets it; the test's own environment is as it was. */
async function underManager(socket: string, args: readonly string[]): Promise<Capture> {
  const { env } = process;
  process.env = { ...env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' };
  try {
    return await startCapture(createNetns(), [...args, '--stats-interval', '1s']);
  } finally {
    process.env = env;
  }
}
