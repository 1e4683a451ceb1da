/**
 * A GlusterFS cluster of three nodes and a client on a bridge of their own, with a volume of three replicas
 * that the client has mounted. All of it is in namespaces and in one folder, and is gone when the test ends.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GlusterNode, startNode } from './gluster-node.js';
import { createNetns, type Netns } from './netns.js';
import { until } from './wiretail.js';

export const BRIDGE = 'br0';
const NETWORK = '10.77.0';
const SERVERS = ['node1', 'node2', 'node3'];
const CLIENT = 'client1';
const GLUSTERD_PORT = 24007;
export const VOLUME = 'replicated';

/**
 * Every operation shall reach the bricks as it was made: nothing that answers from memory, puts writes together
 * or reads ahead.
 */
const DIRECT = [
  'write-behind',
  'quick-read',
  'open-behind',
  'io-cache',
  'read-ahead',
  'readdir-ahead',
  'stat-prefetch',
].flatMap((option) => [`performance.${option}`, 'off']);

/** Callbacks: the bricks tell each client what another has changed. */
const UPCALLS = ['features.cache-invalidation', 'on'];

/** The same for the kernel. */
const MOUNT_OPTIONS = ['--acl', '--direct-io-mode=enable', '--attribute-timeout=0', '--entry-timeout=0'];

export interface Cluster {
  /** Where the bridge is, over which everything that the machines say to each other goes. */
  readonly fabric: Netns;
  readonly folder: string;
  readonly servers: readonly GlusterNode[];
  readonly client: GlusterNode;
  /** Where the volume is mounted, in the client. */
  readonly mount: string;
  /** The bricks' folders, one on each server. */
  readonly bricks: readonly string[];
  /** Starts the daemons, makes the volume and mounts it. */
  begin(): Promise<void>;
  /** Mounts it again in the client, which makes it another client to the bricks. */
  mountAlso(folder: string): void;
  /** Unmounts the volume and stops it, then ends all processes of the machines. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

function createFabric(): Netns {
  const fabric = createNetns();
  const options = ['stp_state', '0', 'mcast_snooping', '0', 'forward_delay', '0'];
  fabric.ip('link', 'add', BRIDGE, 'type', 'bridge', ...options);
  fabric.ip('link', 'set', BRIDGE, 'up');
  return fabric;
}

/** The network of a machine, on the bridge. */
function connectTo(fabric: Netns, name: string, address: string): Netns {
  const netns = createNetns();
  netns.ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', name, 'netns', fabric.name);
  fabric.ip('link', 'set', name, 'master', BRIDGE, 'up');
  netns.ip('address', 'add', `${address}/24`, 'dev', 'eth0');
  netns.ip('link', 'set', 'eth0', 'up');
  return netns;
}

export async function createCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'wiretail-gluster-'));
  // What may still run then is being killed; its last writes are waited for by trying again.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.on('exit', removeFolder);
  // Users other than root shall reach the mount.
  chmodSync(folder, 0o755);

  const names = [...SERVERS, CLIENT];
  const hosts = names.map((name, index) => `${NETWORK}.${index + 1} ${name}\n`);
  writeFileSync(join(folder, 'hosts'), ['127.0.0.1 localhost\n', ...hosts].join(''));
  const fabric = createFabric();
  const nodes: GlusterNode[] = [];
  for (const [index, name] of names.entries()) {
    const netns = connectTo(fabric, name, `${NETWORK}.${index + 1}`);
    nodes.push(await startNode(netns, name, join(folder, name)));
  }
  const servers = nodes.slice(0, SERVERS.length);
  const [first, ...others] = servers;
  const client = nodes[SERVERS.length];
  const mount = join(client.folder, 'mnt');
  const bricks = servers.map((server) => join(server.folder, 'brick'));
  const gluster = (...args: string[]) => first.run('gluster', '--mode=script', ...args);
  const stop = () => Promise.all(nodes.map((node) => node.stop()));
  // It goes to the background when the volume is mounted.
  const mountAt = (at: string) =>
    client.run('glusterfs', `--volfile-server=${first.name}`, `--volfile-id=${VOLUME}`, ...MOUNT_OPTIONS, at);

  return {
    fabric,
    folder,
    servers,
    client,
    mount,
    bricks,

    async begin() {
      for (const server of servers) server.run('glusterd');
      await until(
        () => servers.every((server) => server.listens(GLUSTERD_PORT)),
        () => 'glusterd does not listen',
      );
      for (const other of others) gluster('peer', 'probe', other.name);
      const connected = (server: GlusterNode) =>
        [...server.run('gluster', 'pool', 'list').matchAll(/Connected/g)].length === servers.length;
      await until(
        () => servers.every(connected),
        () => `the nodes are not connected: ${gluster('pool', 'list')}`,
      );
      const places = servers.map((server, index) => `${server.name}:${bricks[index]}`);
      gluster('volume', 'create', VOLUME, 'replica', String(servers.length), ...places, 'force');
      gluster('volume', 'set', VOLUME, ...DIRECT, ...UPCALLS);
      gluster('volume', 'start', VOLUME);
      mountAt(mount);
    },

    mountAlso(folder) {
      mkdirSync(folder);
      mountAt(folder);
    },

    async end() {
      client.run('umount', mount);
      gluster('volume', 'stop', VOLUME);
      await stop();
    },

    async remove() {
      try {
        await stop();
      } finally {
        removeFolder();
        process.off('exit', removeFolder);
      }
    },
  };
}
