/** A process with a read that never returns, in a thread of libuv's pool; it leaves with code 3. */
import { openSync, read } from 'node:fs';
import { hardExit } from '../../src/commands/hard-exit.js';

// Open for both, a FIFO has a writer, who never writes.
read(openSync(process.argv[2], 'r+'), Buffer.alloc(1), 0, 1, null, () => {});
setTimeout(() => hardExit(3), 100);
