/** `wiretail schema`: prints the JSON Schema of the lines. */
import type { CommandModule } from 'yargs';
import { print } from './print.js';

export const schemaCommand: CommandModule = {
  command: 'schema',
  describe: 'print the JSON Schema of the lines',
  async handler() {
    const { recordSchema } = await import('../protocols/decoders.js');
    print(`${JSON.stringify(recordSchema(), null, 2)}\n`);
  },
};
