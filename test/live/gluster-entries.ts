/** The names of the workload: files, folders, links, devices, and odd names. */
import * as fs from 'node:fs';
import * as libc from './gluster-libc.js';
import { allBricks, anyBrick, fails, step } from './gluster-steps.js';
import { nameFields } from './gluster-transcript.js';

const { S_IFBLK, S_IFCHR, S_IFIFO, S_IFREG, S_IFSOCK } = fs.constants;

const ODD_NAMES: readonly (string | Uint8Array)[] = [
  'ümläut 日本語 😀',
  Buffer.from('latin1-\xe9\xff', 'latin1'),
  Buffer.from('cut-\xf0\x9f\x98', 'latin1'),
  'new\nline',
  'tab\tquote"back\\slash',
  '\x01control\x7f',
  '%s%n$x`;',
  '-dash',
  '..hidden',
  ' ',
  'x'.repeat(255),
];

const LISTED = 150;

function makeNodes(at: (name: string) => string): void {
  for (const [name, mode, device] of [
    ['fifo', S_IFIFO | 0o600, 0],
    ['socket', S_IFSOCK | 0o700, 0],
    ['character', S_IFCHR | 0o666, 0x103],
    ['block', S_IFBLK | 0o660, 0x800],
    ['regular', S_IFREG | 0o644, 0],
  ] as const) {
    step(
      `mknod ${name}`,
      () => libc.mknod(at(name), mode, device),
      allBricks('MKNOD', { bname: name, dev: String(device) }),
    );
  }
}

function makeLinks(at: (name: string) => string): void {
  step('link', () => fs.linkSync(at('data'), at('hard')), allBricks('LINK', { newbname: 'hard' }));
  const target = '../no/such/é';
  step(
    'symlink',
    () => fs.symlinkSync(target, at('soft')),
    allBricks('SYMLINK', { bname: 'soft', linkname: target }),
  );
  step(
    'readlink',
    () => fs.readlinkSync(at('soft')),
    anyBrick('READLINK', {}, { response: { path: target } }),
  );
  const odd = Buffer.from('to-\xff', 'latin1');
  step(
    'symlink to no text',
    () => fs.symlinkSync(odd, at('soft-odd')),
    allBricks('SYMLINK', { bname: 'soft-odd', ...nameFields('linkname', odd) }),
  );
  fs.symlinkSync('loop', at('loop'));
  fails(
    'ELOOP',
    'a loop',
    () => fs.statSync(at('loop')),
    anyBrick('READLINK', {}, { response: { path: 'loop' } }),
  );
}

function moveThings(at: (name: string) => string): void {
  const rename = (from: string, to: string) => () => fs.renameSync(at(from), at(to));
  step('rename', rename('hard', 'renamed'), allBricks('RENAME', { oldbname: 'hard', newbname: 'renamed' }));
  step('mkdir', () => fs.mkdirSync(at('sub'), 0o755), allBricks('MKDIR', { bname: 'sub', mode: 0o755 }));
  step(
    'rename into a folder',
    rename('renamed', 'sub/in'),
    allBricks('RENAME', { oldbname: 'renamed', newbname: 'in' }),
  );
  step('rename over', rename('copy', 'sub/in'), allBricks('RENAME', { oldbname: 'copy', newbname: 'in' }));
  step('rename a folder', rename('sub', 'sub2'), allBricks('RENAME', { oldbname: 'sub', newbname: 'sub2' }));
  fails(
    'ENOTEMPTY',
    'rmdir',
    () => fs.rmdirSync(at('sub2')),
    allBricks('RMDIR', { bname: 'sub2' }, { error: 'ENOTEMPTY' }),
  );
  step('unlink', () => fs.unlinkSync(at('sub2/in')), allBricks('UNLINK', { bname: 'in' }));
  step('rmdir', () => fs.rmdirSync(at('sub2')), allBricks('RMDIR', { bname: 'sub2', xflags: 0 }));
}

function failOften(at: (name: string) => string): void {
  const missing = anyBrick('LOOKUP', { bname: 'none' }, { error: 'ENOENT' });
  fails('ENOENT', 'open what is not there', () => fs.openSync(at('none'), 'r'), missing);
  fails('ENOENT', 'unlink what is not there', () => fs.unlinkSync(at('none')), missing);
  fails('ENOENT', 'rename what is not there', () => fs.renameSync(at('none'), at('other')), missing);
  fails('EEXIST', 'mkdir again', () => fs.mkdirSync(at('data')), anyBrick('LOOKUP', { bname: 'data' }));
  fails('EEXIST', 'create again', () => fs.openSync(at('data'), 'wx'), anyBrick('LOOKUP', { bname: 'data' }));
  fails('ENOTDIR', 'rmdir a file', () => fs.rmdirSync(at('data')), anyBrick('LOOKUP', { bname: 'data' }));
  fails('ENOTDIR', 'into a file', () => fs.statSync(at('data/x')), anyBrick('LOOKUP', { bname: 'data' }));
  // Longer than the bricks' file systems allow; the kernel accepts it.
  fails('ENAMETOOLONG', 'a long name', () => fs.statSync(at('y'.repeat(256))));
}

/** Creates a folder whose listing takes many messages. Returns its names. */
function listMany(at: (name: string) => string): string[] {
  fs.mkdirSync(at('many'));
  for (let i = 0; i < LISTED; i++) libc.mknod(at(`many/${i}-${'z'.repeat(100)}`), S_IFREG | 0o600);
  return step(
    'list',
    () => fs.readdirSync(at('many')),
    allBricks('OPENDIR', {}),
    anyBrick('READDIRP', {}),
    allBricks('RELEASEDIR', {}),
  );
}

/** Lists a folder. Returns its names. */
export function workOnEntries(mount: string): readonly string[] {
  const at = (name: string) => `${mount}/${name}`;
  makeNodes(at);
  makeLinks(at);
  moveThings(at);
  failOften(at);
  for (const name of ODD_NAMES) {
    const path = Buffer.concat([Buffer.from(`${mount}/`), Buffer.from(name as string)]);
    const fields = nameFields('bname', name);
    const text = JSON.stringify(fields.bname);
    fs.closeSync(
      step(
        `create ${text}`,
        () => fs.openSync(path, 'w'),
        anyBrick('LOOKUP', fields, { error: 'ENOENT' }),
        allBricks('CREATE', fields),
      ),
    );
    step(
      `unlink ${text}`,
      () => fs.unlinkSync(path),
      anyBrick('LOOKUP', fields),
      allBricks('UNLINK', fields),
    );
  }
  const listed = listMany(at);
  const folder = fs.openSync(mount, 'r');
  step('fsync a folder', () => fs.fsyncSync(folder), allBricks('FSYNCDIR', { data: 0 }));
  fs.closeSync(folder);
  return listed;
}
