/** Starts the thread of a pino transport. */
import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
// Not from 'pino' as elsewhere: scripts/build.mjs bundles that, but this one's threads load files of the package.
import { pino } from 'pino/pino.js';
import { UserError } from '../../config/user-error.js';
import type { HostedTransport } from './transport-host.js';

export interface TransportTarget {
  /** A package, or a module's path or URL. */
  readonly target: string;
  readonly options: object;
}

export type Transport = ReturnType<typeof pino.transport> & { readonly worker: Worker };

/** How long the start of a run waits for a transport that does not report that it is ready. */
const READY_TIMEOUT_MS = 10000;
/** JavaScript heap of its thread: a transport that piles up lines dies of it alone. */
const MAX_HEAP_MIB = 128;

/** What pino sends to transports about the lines: its levels by name, and the names of two fields. */
const PINO_CONFIG = { levels: pino.levels, messageKey: 'message', errorKey: 'error' };

const HOST = fileURLToPath(new URL('./transport-host.js', import.meta.url));

/** Waits until it is ready. @throws UserError if there is no such transport, or it ends at once */
export async function openTransport(options: TransportTarget): Promise<Transport> {
  const userError = (error: Error) =>
    new UserError(`--transport ${options.target}: can't be started: ${error.message}`);
  let transport: Transport;
  try {
    transport = startTransport(options);
  } catch (error) {
    throw userError(error as Error);
  }
  await ready(transport, userError);
  return transport;
}

/** @throws Error if there is no such package */
export function startTransport({ target, options }: TransportTarget): Transport {
  const hosted: HostedTransport = { target: urlOf(target), options };
  const stream: unknown = pino.transport({
    target: HOST,
    options: hosted,
    // With autoEnd, pino waits up to ten seconds for it when the process exits; the sink's close() waits already.
    worker: { autoEnd: false, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB } },
  });
  // The types lack `worker`.
  const transport = stream as Transport;
  // Without a listener, an error event of the thread would end the daemon. The stream reports its end and the cause.
  transport.worker.on('error', () => {});
  // As a pino logger does: some transports wait for it before they start.
  transport.emit('message', { code: 'PINO_CONFIG', config: PINO_CONFIG });
  return transport;
}

function urlOf(target: string): string {
  if (target.startsWith('file:')) return target;
  if (isAbsolute(target)) return pathToFileURL(target).href;
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve(target)).href;
  } catch {
    throw new Error('package not found');
  }
}

function ready(transport: Transport, userError: (error: Error) => UserError): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopWaiting = (report: () => void) => {
      clearTimeout(timer);
      transport.off('ready', onReady).off('error', onError).off('close', onClose);
      report();
    };
    const onReady = () => stopWaiting(resolve);
    const onError = (error: Error) =>
      stopWaiting(() => {
        // The transport and its thread may each report the failure.
        transport.on('error', () => {});
        reject(userError(error));
      });
    // The error with the cause may follow a moment later.
    const onClose = () => setImmediate(() => onError(new Error('its thread exited')));
    const timer = setTimeout(onReady, READY_TIMEOUT_MS);
    transport.on('ready', onReady).on('error', onError).on('close', onClose);
  });
}
