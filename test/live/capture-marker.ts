/** Waits until a capture file has everything that was sent so far. */
import { readFileSync } from 'node:fs';
import type { Cluster } from '../helpers/gluster-cluster.js';
import { until } from '../helpers/wiretail.js';
import { hasPacketTo } from './paths/cut.js';

/** Each marker is a connection attempt to the next of these ports, on which nothing listens; the default filter has them. */
let port = 65001;

/**
 * Sends a packet over the cluster's bridge, and waits until tcpdump has written it to the file: packets are written in the
 * order in which they were sent.
 */
export async function waitForCapture(cluster: Cluster, file: string): Promise<void> {
  const [server] = cluster.servers;
  const marker = port++;
  // Refused, or without any process on the server.
  cluster.client.netns.run('bash', ['-c', `: 2>/dev/null >/dev/tcp/${server.address}/${marker} || true`]);
  await until(
    () => hasPacketTo(readFileSync(file), marker),
    () => `no packet to port ${marker} in ${file}`,
  );
}
