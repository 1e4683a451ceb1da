/** `wiretail schema`: the JSON Schema of every line. */
import type { CommandModule } from 'yargs';
import { recordSchema } from '../records/schema.js';
import { print } from './print.js';

export const schemaCommand: CommandModule = {
  command: 'schema',
  describe: 'print the JSON Schema of the records',
  handler() {
    print(`${JSON.stringify(recordSchema(), null, 2)}\n`);
  },
};
