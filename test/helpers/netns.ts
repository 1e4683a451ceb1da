/** Network namespaces for a test and the processes in them, which are removed when the test ends. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { after } from 'node:test';

/** Timeout of a set-up command. */
const COMMAND_MS = 20000;
/** The command of iproute2. */
const IP = 'ip';

const processes = new Set<ChildProcess>();
const namespaces = new Set<Netns>();

export interface Netns {
  readonly name: string;
  /** `ip` in this namespace. */
  ip(...args: string[]): void;
  /** Runs a command in the namespace to completion. @returns its output */
  run(command: string, args: readonly string[]): string;
  /** Starts a command in the namespace. It is killed when the test file ends. */
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  remove(): void;
}

function removeAll(): void {
  for (const child of processes)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  for (const namespace of namespaces) namespace.remove();
}

after(removeAll);
// The runner ends a test file that exceeds its timeout by a signal, without running its hooks.
process.on('exit', removeAll);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));

/** Starts a process that is killed when the test file ends. */
export function start(
  command: string,
  args: readonly string[],
  options: SpawnOptions = { stdio: 'pipe' },
): ChildProcess {
  const child = spawn(command, args, options);
  processes.add(child);
  child.once('close', () => processes.delete(child));
  return child;
}

/** Runs a command to completion. @returns its output */
export function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: COMMAND_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? stderr.trim()}`);
  return stdout;
}

export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$1"`, 'sh', command], { timeout: COMMAND_MS }).status === 0;
}

let made = 0;

export function createNetns(): Netns {
  const name = `wiretail-${process.pid}-${made++}`;
  run(IP, ['netns', 'add', name]);
  const inside = (command: string, args: readonly string[]) => ['netns', 'exec', name, command, ...args];
  const self: Netns = {
    name,
    ip: (...args) => void run(IP, ['-n', name, ...args]),
    run: (command, args) => run(IP, inside(command, args)),
    // ip replaces itself by the command (execve), so the process id is the command's.
    spawn: (command, args, options) => start(IP, inside(command, args), options),
    remove() {
      if (namespaces.delete(self)) spawnSync(IP, ['netns', 'del', name], { timeout: COMMAND_MS });
    },
  };
  namespaces.add(self);
  self.ip('link', 'set', 'lo', 'up');
  return self;
}

/** Why this machine can't run a test that needs these commands in a namespace; false: it can. */
export function whyNoNetns(...commands: string[]): string | false {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  for (const command of [IP, ...commands]) if (!isInstalled(command)) return `${command} is not installed`;
  try {
    createNetns().remove();
    return false;
  } catch (error) {
    return `no network namespaces here: ${(error as Error).message.split('\n')[0]}`;
  }
}
