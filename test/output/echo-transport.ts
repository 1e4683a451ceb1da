/**
 * A pino transport for tests. It appends what it gets to the file `destination`. Options: at a line numbered `die` it
 * throws; at `hang` it never returns; with `late` it writes its process ID first and is ready that many milliseconds
 * later; with `config` it waits for the configuration that pino sends to transports and writes it first; with `slow` its
 * end takes that many milliseconds, after which it writes a last line.
 */
import { appendFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

interface Options {
  readonly destination: string;
  readonly die?: number;
  readonly hang?: number;
  readonly late?: number;
  readonly config?: boolean;
  readonly slow?: number;
}

export default async function transport(options: Options): Promise<Writable> {
  if (options.late !== undefined) {
    appendFileSync(options.destination, `${process.pid}\n`);
    await sleep(options.late);
  }
  if (options.config === true) {
    const config = await new Promise<unknown>((resolve) => {
      parentPort?.on('message', (message: { code?: string; config?: unknown }) => {
        if (message.code === 'PINO_CONFIG') resolve(message.config);
      });
    });
    appendFileSync(options.destination, `${JSON.stringify(config)}\n`);
  }
  return new Writable({
    async final(done) {
      if (options.slow !== undefined) {
        await sleep(options.slow);
        appendFileSync(options.destination, '{}\n');
      }
      done();
    },
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString();
      if (options.die !== undefined && text.includes(`"n":${options.die},`)) throw new Error('a bad line');
      while (options.hang !== undefined && text.includes(`"n":${options.hang},`));
      appendFileSync(options.destination, text);
      done();
    },
  });
}
