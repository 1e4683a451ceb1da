/**
 * A pino transport in a thread of its own. It is handed a batch when it has taken the one before (pino's transports
 * take any number and keep them), so that what waits is in the queue here, where it is bounded and counted. One
 * that dies is started again; the batch that it had is lost, since it may be what it died of.
 */
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
// Not as the others import it: scripts/build.mjs leaves this one where it is, since its threads have files of their own.
import { pino } from 'pino/pino.js';
import { UserError } from '../../config/user-error.js';
import { type LineSinkFactory, newBackoff, type SinkEvents } from '../line-sink.js';
import { END, type Hosted } from './transport-host.js';

export interface TransportOptions {
  readonly name: string;
  readonly target: string;
  readonly options: object;
  /** Of a capture file that is read: where nobody will read standard output any more, it is not waited for. */
  readonly readerGone?: (() => boolean) | undefined;
}

/** A transport that has not said yet that it is ready is waited for so long when the run begins. */
const READY_MS = 10000;
const END_MS = 2000;
/** One that has not taken a batch for so long may have nobody who reads it. */
const STALLED_MS = 500;
/** Of JavaScript values in its thread: one that keeps lines that it can't get rid of dies of it, not the daemon. */
const HEAP_MIB = 128;

/** What transports are told of the lines: pino's levels, by their names, and our names for the rest. */
const CONFIG = { levels: pino.levels, messageKey: 'message', errorKey: 'error' };

type Transport = ReturnType<typeof pino.transport> & { readonly worker: Worker };

const HOST = fileURLToPath(new URL('./transport-host.js', import.meta.url));

/** @throws Error if there is no such package */
function start({ target, options }: TransportOptions): Transport {
  const hosted: Hosted = { target: urlOf(target), options };
  const transport: unknown = pino.transport({
    target: HOST,
    options: hosted,
    // At the exit of the process pino would wait for it, ten seconds if it hangs; end() here is waited for.
    worker: { autoEnd: false, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } },
  });
  // Its thread is a property that its types don't tell.
  const made = transport as Transport;
  // Nobody else listens, and an error event without a listener would be the end of the daemon. The stream tells that
  // its thread ended, and why.
  made.worker.on('error', () => {});
  // As a logger does that it belongs to: some wait for it before they start.
  made.emit('message', { code: 'PINO_CONFIG', config: CONFIG });
  return made;
}

/** @throws UserError if there is no such transport, or it ends at once */
export async function transportSink(options: TransportOptions): Promise<LineSinkFactory> {
  const fault = (error: Error) =>
    new UserError(`--transport ${options.target}: expected a transport that starts: ${error.message}`);
  let first: Transport;
  try {
    first = start(options);
  } catch (error) {
    throw fault(error as Error);
  }
  await ready(first, fault);
  return (events) => newTransportSink(options, first, events);
}

/** The module that a transport's name stands for. */
function urlOf(target: string): string {
  if (target.startsWith('file:')) return target;
  if (isAbsolute(target)) return pathToFileURL(target).href;
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve(target)).href;
  } catch {
    throw new Error('there is no such package');
  }
}

function ready(transport: Transport, fault: (error: Error) => UserError): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => {
      clearTimeout(timer);
      transport.off('ready', onReady).off('error', onError).off('close', onClose);
      how();
    };
    const onReady = () => settle(resolve);
    const onError = (error: Error) =>
      settle(() => {
        // A failure may be told twice, by the transport and by the end of its thread.
        transport.on('error', () => {});
        reject(fault(error));
      });
    // The error that says why may come a moment later.
    const onClose = () => setImmediate(() => onError(new Error('it ended')));
    const timer = setTimeout(onReady, READY_MS);
    transport.on('ready', onReady).on('error', onError).on('close', onClose);
  });
}

function newTransportSink(options: TransportOptions, first: Transport, events: SinkEvents) {
  const backoff = newBackoff();
  let stream: Transport | undefined;
  let current: { readonly bytes: Uint8Array; readonly lines: number } | undefined;
  let ending = false;
  let stalled: NodeJS.Timeout | undefined;
  const { readerGone } = options;

  const use = (made: Transport) => {
    stream = made;
    let isOver = false;
    const over = (error: Error) => {
      if (isOver || ending) return;
      isOver = true;
      stream = undefined;
      events.failed(error);
      const lost = current?.lines ?? 0;
      const had = current !== undefined;
      current = undefined;
      clearInterval(stalled);
      setTimeout(again, backoff.next()).unref();
      if (had) events.acknowledged(lost);
    };
    made.on('error', over);
    made.on('close', () => over(new Error('its thread ended')));
  };

  const again = () => {
    if (ending) return;
    try {
      use(start(options));
    } catch (error) {
      events.failed(error as Error);
      setTimeout(again, backoff.next()).unref();
      return;
    }
    if (current !== undefined) give(current.bytes);
  };

  const give = (bytes: Uint8Array) => {
    const to = stream;
    if (to === undefined) return;
    // It takes buffers too, which its types don't say.
    const buffer: unknown = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    to.write(buffer as string);
    to.flush((error?: Error) => {
      // Of one that died meanwhile, its end is told by itself.
      if (error || to !== stream || current === undefined) return;
      current = undefined;
      clearInterval(stalled);
      backoff.reset();
      events.acknowledged(0);
    });
  };

  /** Until the batch in hand is taken. */
  const watch = () => {
    if (readerGone === undefined) return;
    stalled = setInterval(() => {
      if (!readerGone()) return;
      clearInterval(stalled);
      events.dead(Object.assign(new Error('nobody reads standard output'), { code: 'EPIPE' }));
    }, STALLED_MS);
  };

  use(first);
  return {
    name: options.name,
    write(batch: { readonly bytes: Uint8Array; readonly lines: number }) {
      current = batch;
      watch();
      give(batch.bytes);
    },
    isUp: () => stream !== undefined,
    close() {
      ending = true;
      clearInterval(stalled);
      const last = stream;
      if (last === undefined) return Promise.resolve();
      return new Promise<void>((resolve) => {
        // One that hangs would keep the process from ending.
        const timer = setTimeout(() => void last.worker.terminate(), END_MS);
        const over = () => {
          clearTimeout(timer);
          resolve();
        };
        last.on('close', over);
        last.on('error', over);
        // It is not asked to write a batch that it has not taken by now.
        if (current === undefined) last.emit('message', END);
        else void last.worker.terminate();
      });
    },
  };
}
