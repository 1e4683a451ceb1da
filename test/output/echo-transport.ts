/**
 * A pino transport for tests. It appends what it gets to the file `destination`; at a line with `die` as its number it
 * throws, and with `hang` it never returns. With `late` it writes its process's number first, and is ready so many
 * milliseconds later.
 */
import { appendFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

interface Options {
  readonly destination: string;
  readonly die?: number;
  readonly hang?: number;
  readonly late?: number;
}

export default async function transport(options: Options): Promise<Writable> {
  if (options.late !== undefined) {
    appendFileSync(options.destination, `${process.pid}\n`);
    await sleep(options.late);
  }
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString();
      if (options.die !== undefined && text.includes(`"n":${options.die},`)) throw new Error('a bad line');
      while (options.hang !== undefined && text.includes(`"n":${options.hang},`));
      appendFileSync(options.destination, text);
      done();
    },
  });
}
