/** Says more on standard error than a pipe takes, then a word on standard output: so many messages of 1 KB. */
import { newDiagnostics } from '../../src/commands/diagnostics.js';

const diagnostics = newDiagnostics('info');
const TEXT = 'x'.repeat(900);
for (let n = 0; n < Number(process.argv[2]); n++) diagnostics.info({ n }, TEXT);
process.stdout.write('done\n');
process.stdin.resume();
