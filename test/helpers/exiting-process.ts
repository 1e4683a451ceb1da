/** A process that calls hardExit(3) while a read in a thread of libuv's pool never returns. */
import { openSync, read } from 'node:fs';
import { hardExit } from '../../src/commands/hard-exit.js';

// Opened for reading and writing, a FIFO has a writer, which never writes.
read(openSync(process.argv[2], 'r+'), Buffer.alloc(1), 0, 1, null, () => {});
setTimeout(() => hardExit(3), 100);
