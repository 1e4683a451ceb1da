/**
 * A machine of a cluster: a network namespace, and namespaces for mounts, processes and the host name, which one
 * process holds. Everything in them, including FUSE mounts, ends with that process, and the process ends when its
 * standard input closes: nothing outlives the test.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { type Netns, run, start } from './netns.js';
import { ended, until } from './wiretail.js';

/** Moves glusterd's state, logs and pid files to the test's folder: their paths are compiled into GlusterFS. */
const INIT = `
set -e
cd "$1"
hostname "$2"
mkdir -p /var/lib/glusterd /var/log/glusterfs
mount --bind ../hosts /etc/hosts
mount --bind lib /var/lib/glusterd
mount --bind log /var/log/glusterfs
mount -t tmpfs tmpfs /run
mkdir -p /run/gluster /run/lock
echo ready
read -r _ || :
`;

export interface GlusterNode {
  readonly netns: Netns;
  readonly name: string;
  readonly address: string;
  /** The node's folder, with the same path inside and outside; mounts in it are visible inside only. */
  readonly folder: string;
  /** Runs a command in the node to completion. @returns its output */
  run(command: string, ...args: string[]): string;
  /** Starts a command in the node, with pipes. It is killed with the node. */
  spawn(command: string, ...args: string[]): ChildProcess;
  /** Whether something listens on this port. */
  listens(port: number): boolean;
  /** Ends all processes of the node; the network namespace stays. */
  stop(): Promise<void>;
}

/** Starts a node and creates `folder`; a file `hosts` must exist beside it. */
export async function startNode(
  netns: Netns,
  name: string,
  address: string,
  folder: string,
): Promise<GlusterNode> {
  for (const part of ['lib', 'log', 'mnt']) mkdirSync(`${folder}/${part}`, { recursive: true });
  const holder = netns.spawn(
    'unshare',
    [
      ...['--mount', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
      ...['sh', '-c', INIT, 'sh', folder, name],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const end = ended(holder);
  let output = '';
  for (const stream of [holder.stdout, holder.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  holder.stdin?.on('error', () => {});
  await until(
    () => output.includes('ready') || holder.exitCode !== null || holder.signalCode !== null,
    () => `${name} does not start: ${output}`,
  );
  if (!output.includes('ready')) throw new Error(`${name} did not start: ${output}`);

  const proc = `/proc/${holder.pid}`;
  const spaces = [`--mount=${proc}/ns/mnt`, `--uts=${proc}/ns/uts`, `--net=${proc}/ns/net`];
  const enter = [...spaces, `--pid=${proc}/ns/pid_for_children`, '--'];
  return {
    netns,
    name,
    address,
    folder,
    run: (command, ...args) => run('nsenter', [...enter, command, ...args]),
    spawn: (command, ...args) => start('nsenter', [...enter, command, ...args]),
    listens(port) {
      const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
      return ['tcp', 'tcp6'].some((table) =>
        readFileSync(`${proc}/net/${table}`, 'utf8')
          .split('\n')
          // In state LISTEN; the remote port of such a line is 0.
          .some((line) => line.includes(local) && / 0A /.test(line)),
      );
    },
    async stop() {
      holder.stdin?.end();
      await until(
        () => holder.exitCode !== null || holder.signalCode !== null,
        () => `${name} does not end`,
      );
      await end;
    },
  };
}
