/** Writes a given number of 1 KB diagnostics to stderr, more than a pipe holds, then a word to stdout. */
import { newDiagnostics } from '../../src/commands/diagnostics.js';

const diagnostics = newDiagnostics('info');
const TEXT = 'x'.repeat(900);
for (let n = 0; n < Number(process.argv[2]); n++) diagnostics.info({ n }, TEXT);
process.stdout.write('done\n');
process.stdin.resume();
