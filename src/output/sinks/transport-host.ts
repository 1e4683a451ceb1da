/**
 * Runs in a transport's thread: loads the transport as pino would, and ends it on request. The request is a message:
 * thread-stream's end() (its index.js) blocks the calling thread until the transport has closed, up to ten seconds, and
 * with the main thread all outputs and signals.
 */
import type { Writable } from 'node:stream';
import { parentPort } from 'node:worker_threads';

export interface HostedTransport {
  /** The module's URL. */
  readonly target: string;
  readonly options: object;
}

export const END_REQUEST = 'end of the transport';

type NewTransport = (options: object) => Writable | Promise<Writable>;
/** Modules compiled to CommonJS nest the export in `default`, once more when they are imported again. */
type TransportModule = NewTransport | { readonly default?: TransportModule };

export default async function host({ target, options }: HostedTransport): Promise<Writable> {
  let exported = (await import(target)) as TransportModule | undefined;
  for (let depth = 0; depth < 2 && typeof exported === 'object'; depth++) exported = exported.default;
  if (typeof exported !== 'function') throw new Error(`${target} exports no function`);
  const stream = await exported(options);
  parentPort?.on('message', (message) => {
    if (message === END_REQUEST) stream.end();
  });
  return stream;
}
