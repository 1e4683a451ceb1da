/**
 * Every file operation that a mount can do, on the GlusterFS volume that is mounted at the folder given:
 *   gluster-workload MOUNT         prints the transcript as JSON
 *   gluster-workload MOUNT rival   is the other one that wants a lock
 */
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { workOnAttributes } from './gluster-attributes.js';
import { moved, workOnContent } from './gluster-content.js';
import { workOnEntries } from './gluster-entries.js';
import { rival, workWithLocks } from './gluster-locks.js';
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

if (role === 'rival') rival(`${mount}/locked`);
else await work();
