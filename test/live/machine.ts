/**
 * A real systemd, as the first process of its own namespaces. Its root is an overlay with changes in memory only: it can't
 * change this machine, and leaves nothing when it is killed.
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { createNetns, type Netns, run, start } from '../helpers/netns.js';
import { ROOT } from '../helpers/project.js';
import { ended, until } from '../helpers/wiretail.js';

/** Units that are of no use in the namespaces, or that set up hardware. */
const MASKED = [
  ...['systemd-udevd', 'systemd-udev-trigger', 'systemd-modules-load', 'systemd-sysctl', 'systemd-timesyncd'],
  ...['systemd-networkd', 'systemd-remount-fs', 'systemd-tmpfiles-setup', 'systemd-tmpfiles-setup-dev'],
  ...['systemd-sysusers', 'systemd-update-utmp', 'systemd-binfmt', 'ldconfig', 'systemd-hwdb-update'],
].map((name) => `${name}.service`);
const MASKED_MOUNTS = ['dev-hugepages', 'dev-mqueue', 'sys-kernel-debug', 'sys-kernel-tracing'].map(
  (name) => `${name}.mount`,
);

/**
 * $1: a directory to mount at, $2: the checkout, which is mounted at its own path, $3: units to mask. There are only a few
 * devices, /sys and the kernel's settings are read-only, and the old root is unmounted before systemd starts.
 */
const INSIDE = `
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
r=$1/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$r"
mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
mkdir -p "$r$2"
mount --bind "$2" "$r$2"
mount -o remount,bind,ro "$r$2"
mount -t tmpfs -o mode=755 tmpfs "$r/run"
mount -t proc proc "$r/proc"
mount --bind "$r/proc/sys" "$r/proc/sys"
mount -o remount,bind,ro "$r/proc/sys"
mount -t sysfs -o ro sysfs "$r/sys"
mount -t cgroup2 cgroup2 "$r/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$r/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "$r/dev/\${device%:*}" c 1 "\${device#*:}"
done
mknod -m 666 "$r/dev/tty" c 5 0
mkdir "$r/dev/shm" "$r/dev/pts" "$r/dev/mqueue" "$r/dev/hugepages"
ln -s pts/ptmx "$r/dev/ptmx"
ln -s /proc/self/fd "$r/dev/fd"
hostname machine
units=$r/etc/systemd/system
mkdir -p "$units"
for unit in $3; do ln -sf /dev/null "$units/$unit"; done
printf '[Unit]\\nRequires=sysinit.target\\nAfter=sysinit.target\\n' >"$units/machine.target"
: >"$r/etc/fstab"
mkdir "$r/old"
cd "$r"
pivot_root . old
umount -l /old
exec env -i container=other PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
  /lib/systemd/systemd --system --unit=machine.target --log-target=console --show-status=0
`;

/** Gives it its own cgroup, which systemd takes for the root. $1: the cgroup, $2: the network namespace. */
const HOST_HOOKS = `
set -eu
mkdir "$1"
echo $$ >"$1/cgroup.procs"
shift
net=$1
shift
exec nsenter "--net=/run/netns/$net" unshare --mount --propagation private --uts --ipc --pid --cgroup --fork \\
  --kill-child --mount-proc -- "$@"
`;

export interface Machine {
  readonly netns: Netns;
  /** Runs a command in it. @returns what the command printed */
  run(command: string, ...args: string[]): string;
  spawn(command: string, ...args: string[]): ChildProcess;
}

const SYSTEMD = '/lib/systemd/systemd';

function cgroupRoot(): string | undefined {
  return ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(join(path, 'cgroup.procs')));
}

/** Why systemd can't be started on this machine; false: it can be tried. */
export function whyNoSystemd(): string | false {
  if (!existsSync(SYSTEMD)) return 'systemd is not installed';
  return cgroupRoot() === undefined && 'no cgroups of version 2 here';
}

/** @returns a text: the reason why systemd does not start, which is no fault of the program under test */
export async function startMachine(directory: string): Promise<Machine | string> {
  const netns = createNetns();
  const cgroup = join(cgroupRoot() ?? '', netns.name);
  const masked = [...MASKED, ...MASKED_MOUNTS, 'proc-sys-fs-binfmt_misc.automount'].join(' ');
  const inside = ['sh', '-c', INSIDE, 'sh', directory, ROOT.slice(0, -1), masked];
  const holder = start('sh', ['-c', HOST_HOOKS, 'sh', cgroup, netns.name, ...inside], { stdio: 'pipe' });
  const end = ended(holder);
  let printed = '';
  for (const stream of [holder.stdout, holder.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
  }
  after(async () => {
    holder.kill('SIGKILL');
    await end;
    await until(
      () => removeCgroups(cgroup),
      () => `${cgroup} is not removed`,
    );
    rmSync(directory, { recursive: true, force: true });
  });
  const first = (): number | undefined =>
    Number(readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim()) || undefined;
  const enter = (pid: number) => ['-t', String(pid), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '--'];
  const clean = ['env', '-i', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  const asks = (pid: number) => {
    const { stdout } = spawnSync('nsenter', [...enter(pid), ...clean, 'systemctl', 'is-system-running'], {
      encoding: 'utf8',
      timeout: 10000,
    });
    return /^(running|degraded)$/m.test(stdout);
  };
  try {
    const pid = await until(
      () => {
        if (holder.exitCode !== null || holder.signalCode !== null) throw new Error(printed);
        const child = first();
        return child !== undefined && asks(child) && child;
      },
      () => printed,
    );
    return {
      netns,
      run: (command, ...args) => run('nsenter', [...enter(pid), ...clean, command, ...args]),
      spawn: (command, ...args) => start('nsenter', [...enter(pid), ...clean, command, ...args]),
    };
  } catch (error) {
    return `systemd does not start here: ${(error as Error).message.trim()}`;
  }
}

/** Removes the cgroups that systemd has made, innermost first; false: a process still runs in one. */
function removeCgroups(cgroup: string): boolean {
  if (!existsSync(cgroup)) return true;
  for (const entry of readdirSync(cgroup, { withFileTypes: true })) {
    if (entry.isDirectory() && !removeCgroups(join(cgroup, entry.name))) return false;
  }
  try {
    rmdirSync(cgroup);
    return true;
  } catch {
    return false;
  }
}
