/** Starts the child process of one interface and copies its packets into the ring. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../config/user-error.js';
import { Counter } from '../../records/counters.js';
import { Mark, RECORD_HEADER } from '../../ring/layout.js';
import { countRecords } from '../../ring/records.js';
import type { LiveContext } from '../engine.js';
import { type ChildOptions, type FromChild, PACKETS_FD } from './child-messages.js';
import { newRecordSplitter } from './record-splitter.js';

/** Default size of the kernel's capture buffer. */
export const BUFFER_BYTES = 256 << 20;

export interface CapChild {
  readonly process: ChildProcess;
  /** Resolves with the link type, or rejects with a UserError. */
  readonly opened: Promise<number>;
  /** Resolves once the process has ended and its last packet has been read. */
  readonly ended: Promise<void>;
}

/** @throws Error if no process can be started */
export function startCapChild(context: LiveContext, name: string, filter: string): CapChild {
  const child = spawnChild(context, name, filter);
  const packets = child.stdio[PACKETS_FD] as Readable;
  let linkType = 0;
  const splitter = newRecordSplitter((bytes, start, end, count) => {
    copyToRing(context, linkType, { bytes, start, end, count });
  });
  packets.on('data', (chunk: Buffer) => splitter.add(chunk));

  const opened = new Promise<number>((resolve, reject) => {
    child.on('message', (received) => {
      const message = received as FromChild;
      if (message.kind === 'open') {
        linkType = message.linkType;
        resolve(message.linkType);
      } else reject(new UserError(openError(name, filter, message.reason)));
    });
    child.on('error', (error) => reject(error));
    child.on('exit', (code, signal) =>
      reject(new UserError(`can't capture on ${name} with cap: its process ended (${signal ?? code})`)),
    );
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  return { process: child, opened, ended };
}

function spawnChild(context: LiveContext, name: string, filter: string): ChildProcess {
  const { snaplen, bufferBytes = BUFFER_BYTES, user } = context.options;
  const options: ChildOptions = { interface: name, filter, snaplen, bufferBytes, user };
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  if (!existsSync(script)) throw new Error('the capture child is not built');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    // cap prints warnings to stderr; wiretail reports them itself.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    shell: false,
  });
  if ((child.stdio as unknown) === undefined) {
    // No file descriptor is free (ChildProcess.spawn() in Node's internal/child_process.js); an error event follows.
    child.on('error', () => {});
    throw new Error(`no process could be started for ${name}`);
  }
  return child;
}

interface Records {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

function copyToRing({ ring, counters }: LiveContext, linkType: number, records: Records): void {
  const { bytes, start, end, count } = records;
  let copiedTo = start;
  // Counted before a decoder can see the packets, so that the number of waiting packets is never negative.
  counters[Counter.captured] += count;
  // The interfaces share the ring, so each batch is preceded by its link type.
  if (ring.writeMark(Mark.link, linkType)) copiedTo = ring.copyRecords(bytes, start, end);
  const dropped = copiedTo === end ? 0 : countRecords(bytes, copiedTo, end);
  counters[Counter.captured] -= dropped;
  counters[Counter.bytes] += copiedTo - start - (count - dropped) * RECORD_HEADER;
  counters[Counter.packets_dropped_by_ring] += dropped;
}

function openError(name: string, filter: string, reason: string): string {
  if (/Cannot find (package|module)|cap\.node|compiled against/.test(reason)) {
    return `the npm package cap is not built (${reason.split('\n')[0]}); install libpcap-dev, python3, make and g++, then run 'npm rebuild cap', or use --engine libpcap`;
  }
  if (/permission|Operation not permitted/i.test(reason)) {
    return `no permission to capture on ${name}: run as root, or grant the process CAP_NET_RAW`;
  }
  if (/No such device|doesn't exist/i.test(reason)) return `no such device: ${name} (see 'wiretail devices')`;
  if (/syntax error|unknown|illegal|expression/i.test(reason)) return `bad filter '${filter}': ${reason}`;
  return `can't capture on ${name} with cap: ${reason}`;
}
