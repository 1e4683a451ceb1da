/** Locks on a real GlusterFS cluster with two mounts of its volume: the waiting call and the lock's holder. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BRIDGE, type Cluster, createCluster } from '../helpers/gluster-cluster.js';
import { whyNoGluster } from '../helpers/gluster-skip.js';
import { type Line, startCapture, until } from '../helpers/wiretail.js';
import type { Contenders } from './gluster-lock-conflicts.js';

const CONTENDERS = fileURLToPath(new URL('./gluster-lock-conflicts.js', import.meta.url));
/** A call timeout shorter than the wait for the lock: the call is reported before its reply. */
const OPTIONS = ['-i', BRIDGE, '--promiscuous', '--workers', '1', '--call-timeout', '500ms'];
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

/** A line about a lock: the fields that these tests use. */
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
function epochNanoseconds(text: string): bigint {
  const [, nanoseconds] = /\.(\d{9})Z$/.exec(text) ?? [];
  return BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(nanoseconds);
}

const begins = (line: Line): bigint => epochNanoseconds(line['@timestamp']);
const ends = (line: Line): bigint => begins(line) + BigInt(line.event.duration ?? 0);

const isUnlock = ({ command, type }: Lock) => command === 'ENTRYLK_UNLOCK' || type === 'GF_LK_F_UNLCK';

suite('locks on a real GlusterFS cluster, captured live', { skip, timeout: 180000 }, () => {
  let cluster: Cluster;
  let contenders: Contenders;
  let lines: LockLine[];
  after(() => cluster?.remove());

  before(async () => {
    cluster = await createCluster();
    const capture = await startCapture(cluster.fabric, OPTIONS);
    await cluster.begin();
    const other = join(cluster.client.folder, 'other');
    cluster.mountAlso(other);
    contenders = JSON.parse(cluster.client.run(process.execPath, CONTENDERS, cluster.mount, other));
    cluster.client.run('umount', other);
    await cluster.end();
    // With one decoder lines are in order: those of the volume's stop at the other glusterds come last.
    const isStopUnlock = ({ event, gluster }: Line) =>
      event.action === 'UNLOCK' &&
      (gluster as { readonly operation?: string } | undefined)?.operation === 'GD_OP_STOP_VOLUME';
    await until(
      () => capture.lines().filter(isStopUnlock).length === cluster.servers.length - 1,
      () => 'no line of the last transaction',
    );
    const { code } = await capture.stop();
    assert.equal(code, 0, capture.stderr());
    lines = (capture.lines() as LockLine[]).filter((line) => line.gluster?.lock !== undefined);
  });

  /** The calls of the waiter: AFR asks one brick after the other. */
  const waiterCalls = () =>
    lines.filter(({ rpc, event }) => event.action === 'LK' && rpc.auth.pid === contenders.waiter);

  test('a blocked call is reported before its reply, with the lock holder', (t) => {
    const line = waiterCalls().find(({ event }) => event.duration === undefined);
    assert.ok(line !== undefined, 'no line without a reply');
    t.diagnostic(line.message);
    assert.match(
      line.message,
      new RegExp(
        `^LK /waited SETLKW WRLCK 30 bytes at 20 -> no reply for [\\d.]+ (ms|s), held by client1 pid ${contenders.holder} owner [0-9a-f.]+ for [\\d.]+ (ms|s)$`,
      ),
    );
    const [holder] = lockOf(line).held_by ?? [];
    assert.equal(holder.pid, contenders.holder);
    assert.equal(holder.client.host, 'client1');
    assert.notEqual(holder.client.pid, line.gluster.client.pid);
  });

  test('the late reply shows how long the call waited, and for whom', (t) => {
    const line = waiterCalls().find(({ rpc }) => rpc.late === true);
    assert.ok(line !== undefined, 'no late reply');
    t.diagnostic(line.message);
    const { waited, held_by } = lockOf(line);
    assert.equal(waited, line.event.duration);
    assert.ok(waited !== undefined && waited > 2.3e9, `${waited}`);
    assert.ok(waited / 1e6 < contenders.waitedMs + 5, `${waited} of ${contenders.waitedMs} ms`);
    assert.deepEqual(
      held_by?.map(({ pid }) => pid),
      [contenders.holder],
    );
    assert.match(
      line.message,
      new RegExp(`-> ok in [\\d.]+ s, waited for client1 pid ${contenders.holder} owner `),
    );
    // It is unlocked at one brick after the other: at the next it may still be held.
    for (const line of waiterCalls()) {
      for (const { pid } of lockOf(line).held_by ?? []) assert.equal(pid, contenders.holder, line.message);
    }
  });

  test('a named holder was granted the lock and had not unlocked it before', (t) => {
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
        const granted = own.find(
          (call) => call.gluster.op_ret === 0 && ends(call) === epochNanoseconds(holder.since),
        );
        assert.ok(granted !== undefined, `never granted: ${line.message}`);
        const { start, length, name, domain } = lockOf(granted);
        const unlocked = own.find((call) => {
          const lock = lockOf(call);
          const isSame =
            lock.domain === domain && lock.name === name && lock.start === start && lock.length === length;
          return isUnlock(lock) && isSame && begins(call) > ends(granted) && begins(call) < begins(line);
        });
        assert.equal(unlocked, undefined, `unlocked before: ${line.message}`);
        checked++;
      }
    }
    assert.ok(checked >= 2, `${checked}`);
    const named = lines.filter((line) => lockOf(line).held_by !== undefined);
    const of = (action: RegExp) => named.filter(({ event }) => action.test(event.action)).length;
    t.diagnostic(
      `${lines.length} lock lines; conflicts: ${of(/INODELK/)} INODELK, ${of(/ENTRYLK/)} ENTRYLK, ${of(/^LK/)} LK`,
    );
    const blocked = named.find(({ message }) => /waited for/.test(message) && !/^LK/.test(message));
    if (blocked !== undefined) t.diagnostic(blocked.message);
  });

  test('every granted blocking call shows how long it waited', () => {
    for (const line of lines) {
      const { command, type, waited } = lockOf(line);
      const blocking = /SETLKW$|^ENTRYLK_LOCK$/.test(command) && type !== 'GF_LK_F_UNLCK';
      if (line.event.duration === undefined) continue;
      assert.equal(waited, blocking ? line.event.duration : undefined, line.message);
    }
  });
});
