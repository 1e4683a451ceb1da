// Shared by the benches: network namespaces, wiretail as a child process, statistics, tables.
import { type ChildProcess, execFileSync, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import os from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ROOT, readProjectFile } from '../../test/helpers/project.js';

/** Optional programs: a bench that lacks one says so and ends. */
export const Program = { ip: 'ip', tcpreplay: 'tcpreplay' };

/** The folder of the compiled benches. */
export const BENCHES = fileURLToPath(new URL('./', import.meta.url));
export const MAIN = `${ROOT}dist/main.js`;

/** Longer than most benches take; a bench that hangs is ended and cleans up. */
const DEADLINE_MS = 120_000;
/** Longest time that wiretail may take to start or to end. */
const START_MS = 10_000;

const children: Set<ChildProcess> = new Set();
const namespaces: Set<string> = new Set();

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ends the bench without a failure. */
export function skip(reason: string): never {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

/**
 * Ends with a `skipped:` line where the bench can't run. Otherwise installs the clean-up.
 * @param deadline of the bench, in ms
 */
export function needLab(deadline: number = DEADLINE_MS) {
  if (process.getuid?.() !== 0) skip('needs root, for network namespaces and for capturing');
  if (spawnSync(Program.ip, ['netns', 'list']).status !== 0) skip("needs 'ip netns' (Debian's iproute2)");
  if (!existsSync(MAIN)) skip("wiretail is not built: 'npm run build', or any start of scripts/wiretail");
  process.on('exit', cleanUp);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  setTimeout(() => {
    console.error(`not done after ${deadline / 1000} s`);
    process.exit(1);
  }, deadline).unref();
}

function cleanUp() {
  for (const child of children) child.kill('SIGKILL');
  for (const name of namespaces) spawnSync(Program.ip, ['netns', 'del', name], { stdio: 'ignore' });
}

export function ip(...args: string[]) {
  execFileSync(Program.ip, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Makes a network namespace with its loopback up. */
export function namespace(suffix: string) {
  const name = `wiretail-bench-${process.pid}-${suffix}`;
  if (spawnSync(Program.ip, ['netns', 'add', name], { stdio: 'ignore' }).status !== 0) {
    skip('no network namespace can be made here');
  }
  namespaces.add(name);
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return name;
}

/** Starts a program in a namespace; the bench ends it. `ip netns exec` becomes the program and keeps the process id. */
export function start(name: string, command: string[], stdio: StdioOptions) {
  const child = spawn(Program.ip, ['netns', 'exec', name, ...command], { stdio });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

export interface Stats {
  packets: {
    seen: number;
    decoded: number;
    ignored: number;
    dropped: number;
    dropped_by: Record<string, number>;
  };
  bytes: number;
  flows: { open: number; evicted: number };
  messages: Record<string, number>;
  lines: { written: number; dropped: number };
  lag?: { batches: number; mean: number; p99: number; max: number };
}

export interface Endpoint {
  ip: string;
  port: number;
}

/** The parts of a wiretail line that the benches read. */
export interface Line {
  '@timestamp': string;
  message: string;
  event: { dataset: string; action: string };
  source?: Endpoint;
  destination?: Endpoint;
  packet?: { number: number };
  rpc?: { type?: string };
  gluster?: { path?: string };
  wiretail?: { stats?: Stats };
}

export const parseLine = (text: string) => JSON.parse(text) as Line;

/**
 * Starts wiretail and waits until it captures.
 * @param name namespace
 * @param onLine receives every line
 * @returns a handle, or the reason why wiretail did not start
 */
export async function startWiretail(
  name: string,
  args: string[],
  onLine?: (line: string) => void,
): Promise<{ pid: number; stop(): Promise<Line> } | string> {
  const child = start(name, [process.execPath, MAIN, 'capture', ...args], ['ignore', 'pipe', 'pipe']);
  let printed = '';
  child.stderr?.on('data', (data) => {
    printed += data;
  });
  let last: Line | undefined;
  let started: () => void = () => {};
  const capturing = new Promise((resolve) => {
    started = () => resolve(true);
  });
  // `close`, not `exit`: by then the last lines have been read.
  const ended = new Promise((resolve) => child.on('close', () => resolve(false)));
  // The pipe is read as soon as it has data, so that 'line' is late by the split alone.
  createInterface({ input: child.stdout as Readable }).on('line', (text) => {
    onLine?.(text);
    if (text.includes('"dataset":"wiretail.start"')) started();
    if (text.includes('"dataset":"wiretail.stats"')) last = parseLine(text);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const ok = await Promise.race([capturing, ended]);
  clearTimeout(timer);
  if (!ok) return printed.trim().split('\n').at(-1) ?? '';
  return {
    pid: child.pid as number,
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), START_MS);
      await ended;
      clearTimeout(kill);
      if (last === undefined) throw new Error(`wiretail ended without its last stats line: ${printed}`);
      return last;
    },
  };
}

/** The last line of a file of any size. */
export function lastLine(path: string) {
  const { size } = statSync(path);
  const file = openSync(path, 'r');
  const tail = Buffer.alloc(Math.min(size, 1 << 16));
  readSync(file, tail, 0, tail.length, size - tail.length);
  closeSync(file);
  return tail.toString().trim().split('\n').at(-1) ?? '';
}

/**
 * Starts wiretail with its lines to a new file, so that reading them costs nothing here, and waits until it captures.
 * @param name namespace
 * @returns a handle; `started` is the time of the start in seconds
 */
export async function startToFile(
  name: string,
  args: string[],
  output: string,
): Promise<{ pid: number; started: number; stop(): Promise<Stats> }> {
  const began = performance.now();
  const command = [process.execPath, MAIN, 'capture', ...args, '--output', `file:${output}`];
  const child = start(name, command, ['ignore', 'ignore', 'pipe']);
  let printed = '';
  child.stderr?.on('data', (data) => {
    printed += data;
  });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  // The first line is `wiretail.start`.
  while (!existsSync(output) || statSync(output).size === 0) {
    if (child.exitCode !== null || performance.now() - began > START_MS) {
      throw new Error(`wiretail did not start: ${printed.trim().split('\n').at(-1)}`);
    }
    await sleep(2);
  }
  return {
    pid: child.pid as number,
    started: (performance.now() - began) / 1000,
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), 3 * START_MS);
      const how = await ended;
      clearTimeout(kill);
      const { event, wiretail } = parseLine(lastLine(output));
      if (event.action !== 'final' || wiretail?.stats === undefined)
        throw new Error(`no last stats line of wiretail, which ended with ${how}`);
      return wiretail.stats;
    },
  };
}

/** Prints machine, kernel and versions. */
export function describeMachine() {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const version = (JSON.parse(readProjectFile('package.json')) as { version: string }).version;
  console.log(`machine    ${cpus.length} x ${cpus[0]?.model.trim()}, ${memory} GiB, ${os.arch()}`);
  console.log(`kernel     ${os.type()} ${os.release()}, load ${os.loadavg()[0].toFixed(2)} before the start`);
  console.log(`software   Node ${process.versions.node}, wiretail ${version}`);
}

/** The p-th percentile by nearest rank. */
export function percentile(values: number[], p: number) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

export function median(values: number[]) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param rows the first row is the heading */
export function printTable(rows: (string | number)[][]) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]),
    );
    console.log(cells.join('  ').trimEnd());
  }
}

/** Two namespaces joined by a veth pair with the largest MTU and no other traffic. */
export function vethPair(): { from: string; to: string } {
  const from = namespace('a');
  const to = namespace('b');
  const ends = ['mtu', '65535', 'type', 'veth', 'peer', 'name', 'bench1', 'netns', to, 'mtu', '65535'];
  ip('link', 'add', 'bench0', 'netns', from, ...ends);
  for (const [name, device] of [
    [from, 'bench0'],
    [to, 'bench1'],
  ]) {
    // IPv6 would send neighbour discovery.
    spawnSync(Program.ip, ['netns', 'exec', name, 'sysctl', '-qw', `net.ipv6.conf.${device}.disable_ipv6=1`]);
    ip('-n', name, 'link', 'set', device, 'up');
  }
  return { from, to };
}

/** Runs a program in a namespace to its end and returns its output. */
export async function runToEnd(name: string, command: string[]) {
  const child = start(name, command, ['ignore', 'pipe', 'pipe']);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      printed += data;
    });
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${command[0]} failed (${code}): ${printed.trim().slice(-500)}`);
  return printed;
}

/** User and system CPU of all threads of a process in seconds: fields 14 and 15 of proc_pid_stat(5), in 1/100 s. */
export function cpuSeconds(pid: number) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
