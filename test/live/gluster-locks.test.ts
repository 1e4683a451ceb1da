/** A real GlusterFS cluster and two mounts of its volume: who waits for a lock, and who has it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BRIDGE, type Cluster, createCluster } from '../helpers/gluster-cluster.js';
import { whyNoGluster } from '../helpers/gluster-skip.js';
import { type Line, startCapture } from '../helpers/wiretail.js';
import type { Rivals } from './gluster-lock-conflicts.js';

const RIVALS = fileURLToPath(new URL('./gluster-lock-conflicts.js', import.meta.url));
/** So that a call that waits as long as these do is told of before it is answered. */
const OPTIONS = ['-i', BRIDGE, '--promiscuous', '--call-timeout', '500ms'];
const skip = whyNoGluster();

interface Holder {
  readonly lk_owner: string;
  readonly pid: number;
  readonly client: { readonly host: string; readonly pid: number };
  readonly ip: string;
  readonly port: number;
  readonly since: string;
}

interface Lock {
  readonly command: string;
  readonly type: string;
  readonly start?: number;
  readonly length?: number;
  readonly name?: string;
  readonly domain?: string;
  readonly waited?: number;
  readonly held_by?: readonly Holder[];
}

/** A line about a lock, as far as these tests look at it. */
interface LockLine extends Line {
  readonly source: { readonly ip: string; readonly port: number };
  readonly rpc: { readonly auth: { readonly pid: number; readonly lk_owner: string }; readonly late?: true };
  readonly gluster: {
    readonly brick: string;
    readonly gfid: string;
    readonly client: { readonly pid: number };
    readonly lock?: Lock;
    readonly op_ret?: number;
  };
}

const lockOf = (line: LockLine): Lock => line.gluster.lock as Lock;

/** Nanoseconds since the epoch. */
function moment(text: string): bigint {
  const [, nanoseconds] = /\.(\d{9})Z$/.exec(text) ?? [];
  return BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(nanoseconds);
}

const begins = (line: Line): bigint => moment(line['@timestamp']);
const ends = (line: Line): bigint => begins(line) + BigInt(line.event.duration ?? 0);

const isUnlock = ({ command, type }: Lock) => command === 'ENTRYLK_UNLOCK' || type === 'GF_LK_F_UNLCK';

suite('locks on a real GlusterFS cluster, captured live', { skip, timeout: 180000 }, () => {
  let cluster: Cluster;
  let rivals: Rivals;
  let lines: LockLine[];
  after(() => cluster?.remove());

  before(async () => {
    cluster = await createCluster();
    const capture = await startCapture(cluster.fabric, OPTIONS);
    await cluster.begin();
    const other = join(cluster.client.folder, 'other');
    cluster.mountAlso(other);
    rivals = JSON.parse(cluster.client.run(process.execPath, RIVALS, cluster.mount, other));
    cluster.client.run('umount', other);
    await cluster.end();
    for (let before = -1; before !== capture.lines().length; await sleep(300))
      before = capture.lines().length;
    const { code } = await capture.stop();
    assert.equal(code, 0, capture.stderr());
    lines = (capture.lines() as LockLine[]).filter((line) => line.gluster?.lock !== undefined);
  });

  /** The call that has waited: AFR asks one brick after the other. */
  const waits = () =>
    lines.filter(({ rpc, event }) => event.action === 'LK' && rpc.auth.pid === rivals.waiter);

  test('a lock that is waited for is told of before it is answered, with who has it', (t) => {
    const line = waits().find(({ event }) => event.duration === undefined);
    assert.ok(line !== undefined, 'no line without a reply');
    t.diagnostic(line.message);
    assert.match(
      line.message,
      new RegExp(
        `^LK /waited SETLKW WRLCK 30 bytes at 20 -> no reply for [\\d.]+ (ms|s), held by client1 pid ${rivals.holder} owner [0-9a-f.]+ for [\\d.]+ (ms|s)$`,
      ),
    );
    const [holder] = lockOf(line).held_by ?? [];
    assert.equal(holder.pid, rivals.holder);
    assert.equal(holder.client.host, 'client1');
    assert.notEqual(holder.client.pid, line.gluster.client.pid);
  });

  test('its reply says how long it has waited, and for whom', (t) => {
    const line = waits().find(({ rpc }) => rpc.late === true);
    assert.ok(line !== undefined, 'no late reply');
    t.diagnostic(line.message);
    const { waited, held_by } = lockOf(line);
    assert.equal(waited, line.event.duration);
    assert.ok(waited !== undefined && waited > 2.3e9, `${waited}`);
    assert.ok(waited / 1e6 < rivals.waitedMs + 5, `${waited} of ${rivals.waitedMs} ms`);
    assert.deepEqual(
      held_by?.map(({ pid }) => pid),
      [rivals.holder],
    );
    assert.match(
      line.message,
      new RegExp(`-> ok in [\\d.]+ s, waited for client1 pid ${rivals.holder} owner `),
    );
    // It is let go of at one brick after the other: at the next it may just be in the way still.
    for (const one of waits()) {
      for (const { pid } of lockOf(one).held_by ?? []) assert.equal(pid, rivals.holder, one.message);
    }
  });

  test('whoever is said to be in the way was granted the lock, and had not let go of it before', (t) => {
    let checked = 0;
    for (const line of lines) {
      for (const holder of lockOf(line).held_by ?? []) {
        const own = lines.filter(
          ({ source, rpc, gluster, event }) =>
            source.ip === holder.ip &&
            source.port === holder.port &&
            rpc.auth.lk_owner === holder.lk_owner &&
            gluster.brick === line.gluster.brick &&
            gluster.gfid === line.gluster.gfid &&
            event.action.replace(/^F(?=INODELK|ENTRYLK)/, '') ===
              line.event.action.replace(/^F(?=INODELK|ENTRYLK)/, ''),
        );
        const granted = own.find((one) => one.gluster.op_ret === 0 && ends(one) === moment(holder.since));
        assert.ok(granted !== undefined, `never granted: ${line.message}`);
        const { start, length, name, domain } = lockOf(granted);
        const unlocked = own.find((one) => {
          const it = lockOf(one);
          const same = it.domain === domain && it.name === name && it.start === start && it.length === length;
          return isUnlock(it) && same && begins(one) > ends(granted) && begins(one) < begins(line);
        });
        assert.equal(unlocked, undefined, `let go before: ${line.message}`);
        checked++;
      }
    }
    assert.ok(checked >= 2, `${checked}`);
    const named = lines.filter((line) => lockOf(line).held_by !== undefined);
    const of = (action: RegExp) => named.filter(({ event }) => action.test(event.action)).length;
    t.diagnostic(
      `${lines.length} lock lines; in the way: ${of(/INODELK/)} INODELK, ${of(/ENTRYLK/)} ENTRYLK, ${of(/^LK/)} LK`,
    );
    const blocked = named.find(({ message }) => /waited for/.test(message) && !/^LK/.test(message));
    if (blocked !== undefined) t.diagnostic(blocked.message);
  });

  test('every call that waits and is granted says how long', () => {
    for (const line of lines) {
      const { command, type, waited } = lockOf(line);
      const blocking = /SETLKW$|^ENTRYLK_LOCK$/.test(command) && type !== 'GF_LK_F_UNLCK';
      if (line.event.duration === undefined) continue;
      assert.equal(waited, blocking ? line.event.duration : undefined, line.message);
    }
  });
});
