/**
 * A GlusterFS cluster on its own bridge, by default three nodes and a client, with a volume that the clients mount.
 * Everything is in namespaces and one folder, and is removed when the test ends.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GlusterNode, startNode } from './gluster-node.js';
import { createNetns, type Netns } from './netns.js';
import { until } from './wiretail.js';

export const BRIDGE = 'br0';
const NETWORK = '10.77.0';
const GLUSTERD_PORT = 24007;
export const VOLUME = 'replicated';

/** The size of a cluster. */
export interface Shape {
  readonly servers: number;
  readonly clients: number;
  readonly volume: string;
  /** Copies of each file. */
  readonly replicas: number;
  /** Bricks of each server; with more bricks than replicas, files are distributed. */
  readonly bricks: number;
}

const SHAPE: Shape = { servers: 3, clients: 1, volume: VOLUME, replicas: 3, bricks: 1 };

/** Turns off caches, write-behind and read-ahead, so that every operation reaches the bricks unchanged. */
const DIRECT = [
  'write-behind',
  'quick-read',
  'open-behind',
  'io-cache',
  'read-ahead',
  'readdir-ahead',
  'stat-prefetch',
].flatMap((option) => [`performance.${option}`, 'off']);

/** Callbacks: bricks notify each client of changes by others. */
const UPCALLS = ['features.cache-invalidation', 'on'];

/** The same for the kernel. */
const MOUNT_OPTIONS = ['--acl', '--direct-io-mode=enable', '--attribute-timeout=0', '--entry-timeout=0'];

export interface Cluster {
  /** The namespace of the bridge, which all traffic between nodes crosses. */
  readonly fabric: Netns;
  readonly folder: string;
  readonly servers: readonly GlusterNode[];
  readonly clients: readonly GlusterNode[];
  /** The first client. */
  readonly client: GlusterNode;
  /** The mount point of the first client. */
  readonly mount: string;
  /** The bricks' folders, in the volume's order. */
  readonly bricks: readonly string[];
  /** The command `gluster` on the first server. */
  gluster(...args: string[]): string;
  /** Mounts the volume, or a directory of it, at a client's folder `mnt`. */
  mountAt(client: GlusterNode, subdir?: string): void;
  /** Starts the daemons, creates the volume and mounts it at every client. */
  begin(): Promise<void>;
  /** Mounts the volume again at the first client, which the bricks see as another client. */
  mountAlso(folder: string): void;
  /** Unmounts and stops the volume, then ends all processes of the nodes. */
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

/** Creates the network of a node, on the bridge. */
function connectTo(fabric: Netns, name: string, address: string): Netns {
  const netns = createNetns();
  netns.ip('link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', name, 'netns', fabric.name);
  fabric.ip('link', 'set', name, 'master', BRIDGE, 'up');
  netns.ip('address', 'add', `${address}/24`, 'dev', 'eth0');
  netns.ip('link', 'set', 'eth0', 'up');
  return netns;
}

export async function createCluster(shape: Partial<Shape> = {}): Promise<Cluster> {
  const { volume, replicas, ...counts } = { ...SHAPE, ...shape };
  const numbered = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
  const folder = mkdtempSync(join(tmpdir(), 'wiretail-gluster-'));
  // Retries, since processes that are being killed may still write.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.on('exit', removeFolder);
  // Users other than root must reach the mount.
  chmodSync(folder, 0o755);

  const names = [...numbered('node', counts.servers), ...numbered('client', counts.clients)];
  const hosts = names.map((name, index) => `${NETWORK}.${index + 1} ${name}\n`);
  writeFileSync(join(folder, 'hosts'), ['127.0.0.1 localhost\n', ...hosts].join(''));
  const fabric = createFabric();
  const nodes: GlusterNode[] = [];
  for (const [index, name] of names.entries()) {
    const address = `${NETWORK}.${index + 1}`;
    nodes.push(await startNode(connectTo(fabric, name, address), name, address, join(folder, name)));
  }
  const servers = nodes.slice(0, counts.servers);
  const [first, ...others] = servers;
  const clients = nodes.slice(counts.servers);
  const [client] = clients;
  const mountOf = (node: GlusterNode) => join(node.folder, 'mnt');
  // Neighbours are replicas of each other, on different servers.
  const brickPaths = numbered('brick', counts.bricks).flatMap((name, index) =>
    servers.map((server) => ({ server, path: join(server.folder, index === 0 ? 'brick' : name) })),
  );
  const gluster = (...args: string[]) => first.run('gluster', '--mode=script', ...args);
  const mountAt = (node: GlusterNode, subdir?: string, at = mountOf(node)) => {
    // Returns when the volume is mounted.
    node.run(
      'glusterfs',
      `--volfile-server=${first.name}`,
      `--volfile-id=${volume}`,
      // As mount.glusterfs does.
      '--process-name=fuse',
      ...(subdir === undefined ? [] : [`--subdir-mount=${subdir}`]),
      ...MOUNT_OPTIONS,
      at,
    );
  };
  const stop = () => Promise.all(nodes.map((node) => node.stop()));

  return {
    fabric,
    folder,
    servers,
    clients,
    client,
    mount: mountOf(client),
    bricks: brickPaths.map(({ path }) => path),
    gluster,
    mountAt,

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
      const where = brickPaths.map(({ server, path }) => `${server.name}:${path}`);
      gluster('volume', 'create', volume, 'replica', String(replicas), ...where, 'force');
      gluster('volume', 'set', volume, ...DIRECT, ...UPCALLS);
      gluster('volume', 'start', volume);
      for (const node of clients) mountAt(node);
    },

    mountAlso(folder) {
      mkdirSync(folder);
      mountAt(client, undefined, folder);
    },

    async end() {
      for (const node of clients) node.run('umount', mountOf(node));
      gluster('volume', 'stop', volume);
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
