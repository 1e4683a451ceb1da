/**
 * Makes every file operation that a mount can make, on a GlusterFS volume mounted at the given folder:
 *   gluster-workload MOUNT           prints the transcript as JSON
 *   gluster-workload MOUNT contend   contends for a lock with the other program
 */
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { workOnAttributes } from './gluster-attributes.js';
import { moved, workOnContent } from './gluster-content.js';
import { workOnEntries } from './gluster-entries.js';
import { contend, workWithLocks } from './gluster-locks.js';
import { steps } from './gluster-steps.js';
import type { Transcript } from './gluster-transcript.js';

const [mount, role] = process.argv.slice(2);
process.umask(0o022);

async function work(): Promise<void> {
  workOnContent(mount);
  const listed = workOnEntries(mount);
  workOnAttributes(mount);
  await workWithLocks(mount, fileURLToPath(import.meta.url));
  const transcript: Transcript = { steps, ...moved, listed };
  fs.writeSync(1, JSON.stringify(transcript));
}

if (role === 'contend') contend(`${mount}/locked`);
else await work();
