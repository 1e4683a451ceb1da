/** Whether a cluster can be run on this machine. */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, whyNoNetns } from './netns.js';

const COMMANDS = ['unshare', 'nsenter', 'glusterd', 'glusterfsd', 'glusterfs', 'gluster', 'setfattr'];

/** Throws if the mount has no device to talk to the kernel by; where only its name is missing, makes it. */
function needFuse(): void {
  if (!existsSync('/dev/fuse')) run('mknod', ['/dev/fuse', 'c', '10', '229']);
  closeSync(openSync('/dev/fuse', 'r+'));
}

/** Bricks keep what they know of files in attributes that not every file system has. */
function needXattrs(): void {
  const folder = mkdtempSync(join(tmpdir(), 'wiretail-xattr-'));
  try {
    for (const name of ['trusted.wiretail', 'user.wiretail'])
      run('setfattr', ['-n', name, '-v', '1', folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why a test that needs a GlusterFS cluster and these commands can't run here; false if it can. */
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
