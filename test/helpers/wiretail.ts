/** Runs the program as a user does: to completion, or as a daemon that captures until it is stopped. */
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Netns } from './netns.js';
import { ROOT } from './project.js';

export const MAIN = `${ROOT}dist/main.js`;

export type Line = { readonly [key: string]: unknown } & {
  readonly '@timestamp': string;
  readonly event: { readonly dataset: string; readonly action: string; readonly duration?: number };
  readonly message: string;
};

export function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to completion. */
export function wiretail(args: readonly string[], input: string | Uint8Array = ''): Ran {
  return runNode([MAIN, ...args], input);
}

export function runNode(args: readonly string[], input: string | Uint8Array = ''): Ran {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    input,
    encoding: 'utf8',
    timeout: 30000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
  });
  return { code: status, signal, stdout, stderr };
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when the process has ended and all of its output has been read. */
export function ended(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Waits until `done` returns a value; after `ms`, fails with the message that `what` returns. */
export async function until<T>(
  done: () => T | undefined | false,
  what: () => string,
  ms = 15000,
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = done();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`after ${ms} ms: ${what()}`);
    await sleep(5);
  }
}

export interface Capture {
  readonly child: ChildProcess;
  readonly exit: Promise<Exit>;
  stderr(): string;
  lines(): Line[];
  /** Waits for a line. */
  line(matches: (line: Line) => boolean, what: string): Promise<Line>;
  /** Sends a signal and waits for the exit. @returns the exit and the time that it took */
  stop(signal?: NodeJS.Signals): Promise<Exit & { ms: number }>;
}

/**
 * Reader of a capture's stdout: 'lines' keeps all lines, 'nothing' does not read, and a function receives each chunk.
 */
export type Reader = 'lines' | 'nothing' | ((chunk: Buffer) => void);

/** Starts a capture in a namespace and waits until it captures. */
export async function startCapture(
  netns: Netns,
  args: readonly string[],
  reader: Reader = 'lines',
  env: NodeJS.ProcessEnv = process.env,
): Promise<Capture> {
  if (!existsSync(MAIN)) throw new Error('dist/ is not built');
  const child = netns.spawn(process.execPath, [MAIN, 'capture', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const exit = ended(child);
  let stderr = '';
  /** Whole lines read so far, and the start of the next one. */
  const lines: Line[] = [];
  const decoder = new StringDecoder('utf8');
  let text = '';
  let parsed = 0;
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const take = (chunk: Buffer) => {
    text += decoder.write(chunk);
  };
  if (reader !== 'nothing') child.stdout?.on('data', reader === 'lines' ? take : reader);
  const parse = (): Line[] => {
    for (let end = text.indexOf('\n', parsed); end >= 0; end = text.indexOf('\n', parsed)) {
      lines.push(JSON.parse(text.slice(parsed, end)));
      parsed = end + 1;
    }
    return lines;
  };
  const self: Capture = {
    child,
    exit,
    stderr: () => stderr,
    lines: parse,
    line: (matches, what) =>
      until(
        () => parse().find(matches),
        () => `missing line: ${what}; ${stderr}`,
      ),
    async stop(signal = 'SIGTERM') {
      const begin = performance.now();
      child.kill(signal);
      const how = await Promise.race([exit, sleep(20000, undefined, { ref: false })]);
      if (how === undefined) throw new Error(`wiretail does not end after ${signal}; ${stderr}`);
      return { ...how, ms: performance.now() - begin };
    },
  };
  await until(
    () => stderr.includes('"capturing"') || child.exitCode !== null || child.signalCode !== null,
    () => `the capture does not start; ${stderr}`,
    20000,
  );
  if (!stderr.includes('"capturing"')) throw new Error(`the capture ended at once: ${stderr}`);
  return self;
}

interface Packets {
  readonly seen: number;
  readonly decoded: number;
  readonly ignored: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly dropped_by: Readonly<Record<string, number>>;
  readonly ignored_by: Readonly<Record<string, number>>;
}

export interface Stats {
  readonly packets: Packets;
  readonly lines: { readonly written: number; readonly dropped: number; readonly lost: number };
  readonly messages: Readonly<Record<string, number>>;
  readonly flows: Readonly<Record<string, number>>;
}

/** The final stats line's numbers. */
export function finalStats(lines: readonly Line[]): Stats {
  const last = lines.at(-1);
  if (last?.event.dataset !== 'wiretail.stats' || last.event.action !== 'final') {
    throw new Error(`the last line is no final stats line: ${JSON.stringify(last)}`);
  }
  return (last.wiretail as { stats: Stats }).stats;
}

/** Keeps only the end of a long output, and counts its lines. */
export interface Tail {
  take(chunk: Buffer): void;
  lines(): number;
  /** The last line. */
  last(): Line;
}

const TAIL_BYTES = 64 << 10;

export function newTail(): Tail {
  let tail = Buffer.alloc(0);
  let count = 0;
  return {
    take(chunk) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
      tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
    },
    lines: () => count,
    last: () => JSON.parse(tail.toString('utf8').trimEnd().split('\n').at(-1) ?? ''),
  };
}

/** Memory of a process in MiB from /proc/PID/status: VmRSS now, VmHWM the maximum so far. */
export function memoryOf(pid: number | undefined, figure: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${figure}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
}
