/**
 * The cap engine: a child process an interface (child.ts), whose records are copied into the ring here.
 * A child that dies is an anomaly and is started again; a full ring is a counted drop.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../config/user-error.js';
import { monotonic } from '../../observe/health.js';
import { Counter } from '../../records/counters.js';
import { Mark, RECORD_HEADER } from '../../ring/layout.js';
import { countRecords } from '../../ring/records.js';
import { type LiveContext, type LiveEngine, RETRY_MS } from '../engine.js';
import { newWatermark } from '../watermark.js';
import { type ChildOptions, type FromChild, PACKETS_FD, type ToChild } from './child-messages.js';
import { newRecordSplitter } from './record-splitter.js';

/**
 * The kernel's buffer, if nothing else is said: in immediate mode each packet, however small, takes a slot
 * of cap's whole snapshot length.
 */
const BUFFER_BYTES = 256 << 20;
const SLOT_BYTES = 64 << 10;
const STOP_CHECK_MS = 50;
/** How long a child may take to end in order before it is killed. */
const STOP_MS = 1000;

export const captureCap: LiveEngine = async (context) => {
  const { options } = context;
  const links = await Promise.all(options.interfaces.map((name) => superviseChild(context, name)));
  const bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
  context.ready({
    interfaces: links.map((source) => ({ interface: source.name, linkType: source.linkType })),
    bufferBytes,
    bufferSlots: Math.floor(bufferBytes / SLOT_BYTES),
  });
  // Between two checks all that the children have written is read.
  const tellTime = newWatermark(context.ring, STOP_CHECK_MS);
  let last = monotonic();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      context.beat();
      tellTime(last, true);
      last = monotonic();
      if (!context.stopped()) return;
      clearInterval(timer);
      resolve();
    }, STOP_CHECK_MS);
  });
  await Promise.all(links.map((source) => source.stop()));
};

interface Source {
  readonly name: string;
  linkType: number;
  stop(): Promise<void>;
}

/** Starts the child of one interface and keeps one running. Resolves when the first has opened it. */
async function superviseChild(context: LiveContext, name: string): Promise<Source> {
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let tries = 0;

  /** Starts a child with the first filter that its link takes; one process for each try. */
  const start = async (): Promise<number> => {
    const { filters } = context.options;
    for (let i = 0; ; i++) {
      const running = startChild(context, name, filters[i]);
      child = running.process;
      ended = running.ended;
      try {
        const linkType = await running.opened;
        running.ended.then(() => died(running.process));
        return linkType;
      } catch (error) {
        if (i + 1 === filters.length || !(error instanceof UserError)) throw error;
      }
    }
  };

  const died = (process: ChildProcess) => {
    if (context.stopped()) return;
    context.counters[Counter.kernel_interface_errors]++;
    context.anomaly({
      action: 'interface_down',
      level: 'warn',
      message: `capture on ${name} stopped: cap's process ended (${process.signalCode ?? `exit code ${process.exitCode}`}); trying again until it is back`,
      interface: name,
    });
    tries = 0;
    setTimeout(again, RETRY_MS[0]);
  };

  const again = async () => {
    if (context.stopped()) return;
    try {
      source.linkType = await start();
      context.anomaly({
        action: 'interface_up',
        level: 'info',
        message: `capture on ${name} goes on`,
        interface: name,
      });
    } catch {
      tries++;
      setTimeout(again, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    }
  };

  const source: Source = {
    name,
    linkType: 0,
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const message: ToChild = 'stop';
      child.send(message, () => {});
      const last = child;
      const timer = setTimeout(() => last.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
  source.linkType = await start();
  return source;
}

interface Running {
  readonly process: ChildProcess;
  /** Resolves with the link type, or rejects with a UserError. */
  readonly opened: Promise<number>;
  /** The process has ended and its last packet has been read. */
  readonly ended: Promise<void>;
}

function startChild(context: LiveContext, name: string, filter: string): Running {
  const { snaplen, bufferBytes = BUFFER_BYTES, user } = context.options;
  const options: ChildOptions = { interface: name, filter, snaplen, bufferBytes, user };
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  if (!existsSync(script)) throw new Error('the capture child is not built');
  const process_ = spawn(process.execPath, [script, JSON.stringify(options)], {
    // cap prints warnings of its own to stderr; ours are enough.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    shell: false,
  });
  if ((process_.stdio as unknown) === undefined) {
    // No file descriptor is left (ChildProcess.spawn() in Node's internal/child_process.js), as it also tells later.
    process_.on('error', () => {});
    throw new Error(`no process could be started for ${name}`);
  }
  const packets = process_.stdio[PACKETS_FD] as Readable;
  let linkType = 0;
  const splitter = newRecordSplitter((bytes, start, end, count) => {
    take(context, linkType, bytes, start, end, count);
  });
  packets.on('data', (chunk: Buffer) => splitter.add(chunk));

  const opened = new Promise<number>((resolve, reject) => {
    process_.on('message', (message) => {
      const told = message as FromChild;
      if (told.kind === 'open') {
        linkType = told.linkType;
        resolve(told.linkType);
      } else reject(new UserError(whyNot(name, filter, told.reason)));
    });
    process_.on('error', (error) => reject(error));
    process_.on('exit', (code, signal) =>
      reject(new UserError(`can't capture on ${name} with cap: its process ended (${signal ?? code})`)),
    );
  });
  const ended = new Promise<void>((resolve) => {
    process_.on('close', () => resolve());
  });
  return { process: process_, opened, ended };
}

function take(
  context: LiveContext,
  linkType: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
): void {
  const { ring, counters } = context;
  let stop = start;
  // Before a decoder can have counted one of them: what waits is never less than nothing.
  counters[Counter.captured] += count;
  // Several interfaces share the ring, so each batch says its link type.
  if (ring.writeMark(Mark.link, linkType)) stop = ring.copyRecords(bytes, start, end);
  const lost = stop === end ? 0 : countRecords(bytes, stop, end);
  counters[Counter.captured] -= lost;
  counters[Counter.bytes] += stop - start - (count - lost) * RECORD_HEADER;
  counters[Counter.packets_dropped_by_ring] += lost;
}

function whyNot(name: string, filter: string, reason: string): string {
  if (/Cannot find (package|module)|cap\.node|compiled against/.test(reason)) {
    return `the npm package cap is not built here (${reason.split('\n')[0]}); install libpcap-dev, python3, make and g++, then 'npm rebuild cap', or use --engine libpcap`;
  }
  if (/permission|Operation not permitted/i.test(reason)) {
    return `no permission to capture on ${name}: run as root, or give the process CAP_NET_RAW`;
  }
  if (/No such device|doesn't exist/i.test(reason)) return `no such device: ${name} (see 'wiretail devices')`;
  if (/syntax error|unknown|illegal|expression/i.test(reason)) return `bad filter '${filter}': ${reason}`;
  return `can't capture on ${name} with cap: ${reason}`;
}
