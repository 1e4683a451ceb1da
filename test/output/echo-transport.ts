/**
 * A pino transport for tests. It appends what it gets to the file `destination`; at a line with `die` as its number it
 * throws, and with `hang` it never returns.
 */
import { appendFileSync } from 'node:fs';
import { Writable } from 'node:stream';

export default function transport(options: { destination: string; die?: number; hang?: number }): Writable {
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
