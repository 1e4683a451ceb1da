/**
 * What runs in a transport's thread: the transport as pino would have it, and the word that it is to end. That word
 * comes as a message, since thread-stream's end() stops the thread that calls it until the transport has closed, for
 * ten seconds at most (end() in its index.js), and so would the main thread be, with all its outputs and signals.
 */
import type { Writable } from 'node:stream';
import { parentPort } from 'node:worker_threads';

export interface Hosted {
  /** The module's URL. */
  readonly target: string;
  readonly options: object;
}

export const END = 'end of the transport';

type Make = (options: object) => Writable | Promise<Writable>;
/** As modules come that were compiled to CommonJS, and imported again. */
type Module = Make | { readonly default?: Module };

export default async function host({ target, options }: Hosted): Promise<Writable> {
  let made = (await import(target)) as Module | undefined;
  for (let depth = 0; depth < 2 && typeof made === 'object'; depth++) made = made.default;
  if (typeof made !== 'function') throw new Error(`${target} exports no function`);
  const stream = await made(options);
  parentPort?.on('message', (message) => {
    if (message === END) stream.end();
  });
  return stream;
}
