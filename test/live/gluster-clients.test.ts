/**
 * Clients and bricks on a real cluster: clients by host, process and mount; users; the self-heal daemon after a brick was
 * restarted; and the brick of a midstream pickup.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { BRIDGE, type Cluster, createCluster } from '../helpers/gluster-cluster.js';
import type { GlusterNode } from '../helpers/gluster-node.js';
import { whyNoGluster } from '../helpers/gluster-skip.js';
import { startTcpdump } from '../helpers/tcpdump.js';
import { finalStats, type Line, linesOf, until, wiretail } from '../helpers/wiretail.js';
import { waitForCapture } from './capture-marker.js';
import type { Fields } from './gluster-messages.js';
import { countPackets, cutCapture } from './paths/cut.js';

const skip = whyNoGluster('tcpdump', 'setpriv', 'pgrep', 'ss');
const VOLUME = 'known';
const USER = { uid: 4000, gid: 4001, groups: [4002, 4003] };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HEAL_MS = 40000;

suite('clients and bricks on a real cluster', { skip, timeout: 180000 }, () => {
  let cluster: Cluster;
  let file: string;
  let lines: Line[];
  /** Packets before the last file operation. */
  let packets: number;
  /** The process of each client's mount, as the client numbers it. */
  const pids = new Map<string, number>();
  after(() => cluster?.remove());

  const touch = (node: GlusterNode, name: string, ...before: string[]) =>
    node.run('setpriv', ...before, 'sh', '-c', 'echo text > "$1"', 'sh', `${node.folder}/mnt/${name}`);

  before(async () => {
    cluster = await createCluster({ clients: 2, volume: VOLUME });
    file = join(cluster.folder, 'clients.pcap');
    const stopTcpdump = await startTcpdump(cluster.fabric, BRIDGE, file);
    await cluster.begin();
    for (const client of cluster.clients) {
      pids.set(client.name, Number(client.run('pgrep', '-x', 'glusterfs')));
      touch(client, `of ${client.name}`);
    }
    const [client] = cluster.clients;
    client.run('mkdir', '-m', '777', `${client.folder}/mnt/open`);
    const { uid, gid, groups } = USER;
    touch(client, 'open/theirs', '--reuid', `${uid}`, '--regid', `${gid}`, '--groups', groups.join());

    // A brick that misses a change while it is down.
    const [, second] = cluster.servers;
    // SIGTERM: after SIGKILL it would stay as a zombie, which glusterd takes for a running brick.
    second.run('kill', second.run('pgrep', '-x', 'glusterfsd').trim());
    const ports = () => second.run('ss', '-ltnp');
    await until(() => !ports().includes('glusterfsd'), ports);
    touch(client, 'to be healed');
    cluster.gluster('volume', 'start', VOLUME, 'force');
    const pending = () => cluster.gluster('volume', 'heal', VOLUME, 'info');
    const isDone = (info: string) => [...info.matchAll(/Number of entries: 0$/gm)].length === 3;
    await until(
      () => {
        try {
          cluster.gluster('volume', 'heal', VOLUME);
          return isDone(pending());
        } catch {
          // The daemon is not ready yet.
          return false;
        }
      },
      pending,
      HEAL_MS,
    );
    await waitForCapture(cluster, file);
    packets = countPackets(file);
    touch(client, 'midstream');
    await waitForCapture(cluster, file);
    assert.match(await stopTcpdump(), /\n0 packets dropped by kernel/);
    const ran = wiretail(['read', '--detail', 'full', file]);
    assert.equal(ran.code, 0, ran.stderr);
    lines = linesOf(ran.stdout);
  });

  const fopsOf = (all: readonly Line[]) =>
    all
      .filter((line) => line.event.dataset === 'gluster.fop')
      .map((line) => ({ line, gluster: line.gluster as Fields, rpc: line.rpc as Fields }));
  const addressOf = (line: Line) => (line.source as { readonly ip: string }).ip;
  const brickOf = (line: Line) => {
    const { ip } = line.destination as { readonly ip: string };
    const at = cluster.servers.findIndex(({ address }) => address === ip);
    return { brick: cluster.bricks[at], brick_host: cluster.servers[at]?.name };
  };

  test('each line of a client has its host, process, mount, volume and brick', () => {
    const mounts = new Set<unknown>();
    for (const { name, address } of cluster.clients) {
      const own = fopsOf(lines).filter(({ line }) => addressOf(line) === address);
      assert.ok(own.length > 20, `${own.length} lines of ${name}`);
      const ids = new Set<unknown>();
      for (const { line, gluster } of own) {
        const { mount_id: mount, ...client } = gluster.client as Fields;
        assert.deepEqual(client, { host: name, pid: pids.get(name), process_name: 'fuse' }, line.message);
        assert.match(String(mount), UUID);
        ids.add(mount);
        const { volume, brick, brick_host } = gluster;
        assert.deepEqual({ volume, brick, brick_host }, { volume: VOLUME, ...brickOf(line) }, line.message);
      }
      assert.equal(ids.size, 1, 'one mount');
      for (const id of ids) mounts.add(id);
    }
    assert.equal(mounts.size, cluster.clients.length);
  });

  test('a call has the user that it is made for', () => {
    const creates = fopsOf(lines).filter(
      ({ line, gluster }) => line.event.action === 'CREATE' && gluster.path === '/open/theirs',
    );
    assert.equal(creates.length, cluster.servers.length);
    for (const { rpc } of creates) {
      const { uid, gid, groups } = rpc.auth as Fields;
      // The kernel may list the group among the groups too.
      const others = (groups as readonly number[]).filter((group) => group !== gid);
      assert.deepEqual({ uid, gid, groups: others }, USER);
    }
  });

  test('calls of the self-heal daemon name it', (t) => {
    const healed = fopsOf(lines).filter(
      ({ gluster }) => (gluster.client as Fields | undefined)?.process_name === 'glustershd',
    );
    const acting = healed.filter(({ rpc }) => (rpc.auth as Fields).pid !== 0);
    t.diagnostic(`${healed.length} lines, ${acting.length} in its name`);
    assert.ok(acting.length > 0);
    for (const { line, rpc, gluster } of acting) {
      const { pid, pid_name: name } = rpc.auth as Fields;
      assert.equal(pid, -6, line.message);
      assert.match(String(name), /^self-heal daemon/);
      const { host } = gluster.client as Fields;
      assert.equal(cluster.servers.find((server) => server.name === host)?.address, addressOf(line));
    }
    const changed = new Set(acting.map(({ line }) => line.event.action));
    assert.ok(changed.has('WRITE') || changed.has('MKNOD'), [...changed].join());
  });

  test('a midstream pickup takes its brick from the glusterd state of the brick’s host', () => {
    const midstream = join(cluster.folder, 'midstream.pcap');
    cutCapture(file, midstream, ({ index }) => index >= packets);
    for (const [at, server] of cluster.servers.entries()) {
      const ran = wiretail(['read', '--gluster-state-dir', join(server.folder, 'lib'), midstream]);
      assert.equal(ran.code, 0, ran.stderr);
      assert.ok(finalStats(linesOf(ran.stdout)).packets.decoded > 0);
      const fops = fopsOf(linesOf(ran.stdout));
      const own = fops.filter(({ line }) => (line.destination as Fields).ip === server.address);
      assert.ok(own.some(({ line }) => line.event.action === 'WRITE'));
      for (const { line, gluster } of own) {
        const { volume, brick, brick_host } = gluster;
        const known = { volume: VOLUME, brick: cluster.bricks[at], brick_host: server.name };
        assert.deepEqual({ volume, brick, brick_host }, known, line.message);
      }
      // Its host does not know the ports of the other bricks.
      for (const { gluster } of fops.filter((fop) => !own.includes(fop)))
        assert.equal(gluster.brick, undefined);
    }
  });
});
