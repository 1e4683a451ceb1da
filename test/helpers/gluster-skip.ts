/** Whether a cluster can run on this machine. */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, whyNoNetns } from './netns.js';

const COMMANDS = ['unshare', 'nsenter', 'glusterd', 'glusterfsd', 'glusterfs', 'gluster', 'setfattr'];

/** Creates the device file of FUSE if it is missing. @throws if FUSE is not usable */
function needFuse(): void {
  if (!existsSync('/dev/fuse')) run('mknod', ['/dev/fuse', 'c', '10', '229']);
  closeSync(openSync('/dev/fuse', 'r+'));
}

/** @throws if the file system lacks extended attributes, which bricks need */
function needXattrs(): void {
  const folder = mkdtempSync(join(tmpdir(), 'wiretail-xattr-'));
  try {
    for (const name of ['trusted.wiretail', 'user.wiretail'])
      run('setfattr', ['-n', name, '-v', '1', folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why this machine cannot run a test that needs a GlusterFS cluster and these commands; false: it can. */
export function whyNoGluster(...commands: string[]): string | false {
  const reason = whyNoNetns(...COMMANDS, ...commands);
  if (reason !== false) return reason;
  for (const [what, need] of [
    ['FUSE', needFuse],
    ['extended attributes in the folder for temporary files', needXattrs],
    ['namespaces', () => run('unshare', ['--mount', '--uts', '--pid', '--fork', '--mount-proc', 'true'])],
  ] as const) {
    try {
      need();
    } catch (error) {
      return `no ${what} here: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  return false;
}
