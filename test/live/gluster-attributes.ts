/** The attributes of the workload: owners, modes, times, extended attributes, ACLs. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as libc from './gluster-libc.js';
import { allBricks, anyBrick, as, fails, step, stepOf } from './gluster-steps.js';

// GF_SET_ATTR_* of libglusterfs/src/glusterfs/xlator.h: which fields of stbuf to set.
const SET_MODE = 1;
const SET_UID = 2;
const SET_GID = 4;
const SET_ATIME = 16;
const SET_MTIME = 32;

function changeAttributes(path: string): void {
  step(
    'chmod',
    () => fs.chmodSync(path, 0o1640),
    allBricks('SETATTR', { valid: SET_MODE, stbuf: { mode: 0o1640 } }),
  );
  step(
    'chown',
    () => fs.chownSync(path, 65534, 100),
    allBricks('SETATTR', { valid: SET_UID | SET_GID, stbuf: { ia_uid: 65534, ia_gid: 100 } }),
  );
  step(
    'utimens',
    () => fs.utimesSync(path, 1234567890.25, 987654321.5),
    allBricks('SETATTR', {
      valid: SET_ATIME | SET_MTIME,
      stbuf: { ia_atime: 1234567890, ia_mtime: 987654321, ia_mtime_nsec: 500000000 },
    }),
  );
  step(
    'utimens of a link',
    () => fs.lutimesSync(`${path}-link`, 1, 2),
    allBricks('SETATTR', { stbuf: { ia_mtime: 2 } }),
  );
  step(
    'chown of a link',
    () => fs.lchownSync(`${path}-link`, 1, 2),
    allBricks('SETATTR', { stbuf: { ia_gid: 2 } }),
  );
  const fd = fs.openSync(path, 'r+');
  step('fchmod', () => fs.fchmodSync(fd, 0o600), allBricks('SETATTR', { valid: SET_MODE }));
  step('fchown', () => fs.fchownSync(fd, 0, 0), allBricks('SETATTR', { valid: SET_UID | SET_GID }));
  step(
    'futimens',
    () => fs.futimesSync(fd, 5, 6),
    allBricks('SETATTR', { stbuf: { ia_atime: 5, ia_mtime: 6 } }),
  );
  fs.closeSync(fd);
  step('stat', () => fs.statSync(path), anyBrick('LOOKUP', { bname: 'attributes' }));
  // The client answers itself, from its lookup.
  step('access', () => fs.accessSync(path, fs.constants.R_OK), anyBrick('LOOKUP', { bname: 'attributes' }));
}

function useXattrs(path: string): void {
  const value = Buffer.from('a value\0with\xff', 'latin1');
  const hex = value.toString('hex');
  const [dict, dictOfFd] = [{ 'user.k': { hex } }, { 'user.fd': { hex } }];
  step('setxattr', () => libc.setxattr(path, 'user.k', value), allBricks('SETXATTR', { flags: 0, dict }));
  step(
    'getxattr',
    () => libc.getxattr(path, 'user.k'),
    anyBrick('GETXATTR', { name: 'user.k' }, { response: { dict } }),
  );
  step('listxattr', () => libc.listxattr(path), anyBrick('GETXATTR', { namelen: 0 }));
  fails(
    'EEXIST',
    'setxattr of what is there',
    () => libc.setxattr(path, 'user.k', value, libc.XATTR_CREATE),
    anyBrick('SETXATTR', { flags: 1 }, { error: 'EEXIST' }),
  );
  fails(
    'ENODATA',
    'setxattr of what is not there',
    () => libc.setxattr(path, 'user.none', value, libc.XATTR_REPLACE),
    anyBrick('SETXATTR', { flags: 2 }, { error: 'ENODATA' }),
  );
  fails(
    'ENODATA',
    'getxattr of what is not there',
    () => libc.getxattr(path, 'user.none'),
    anyBrick('GETXATTR', { name: 'user.none' }, { error: 'ENODATA' }),
  );
  const fd = fs.openSync(path, 'r+');
  step('fsetxattr', () => libc.setxattr(fd, 'user.fd', value), allBricks('SETXATTR', { dict: dictOfFd }));
  step(
    'fgetxattr',
    () => libc.getxattr(fd, 'user.fd'),
    anyBrick('GETXATTR', { name: 'user.fd' }, { response: { dict: dictOfFd } }),
  );
  step('fremovexattr', () => libc.removexattr(fd, 'user.fd'), allBricks('REMOVEXATTR', { name: 'user.fd' }));
  fs.closeSync(fd);
  step('removexattr', () => libc.removexattr(path, 'user.k'), allBricks('REMOVEXATTR', { name: 'user.k' }));
}

/** With the tools, which are processes of their own. */
function useAcls(path: string): void {
  const name = 'system.posix_acl_access';
  const tool = (command: string, ...args: string[]) => {
    const { pid, status, stderr, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10000 });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return { pid, stdout };
  };
  const { pid } = tool('setfacl', '-m', 'u:1234:rwx', path);
  const shown = tool('getfacl', '-n', path);
  if (!shown.stdout.includes('user:1234:rwx')) throw new Error('the ACL is not there');
  // The kernel's format (linux/posix_acl_xattr.h): version 2, then tag, permissions and id of each entry.
  const entries = [
    '01000600ffffffff',
    '02000700d2040000',
    '04000000ffffffff',
    '10000700ffffffff',
    '20000000ffffffff',
  ];
  const dict = { [name]: { hex: `02000000${entries.join('')}` } };
  stepOf(pid, 'setfacl', allBricks('SETXATTR', { dict }));
  stepOf(shown.pid, 'getfacl', anyBrick('GETXATTR', { name }, { response: { dict } }));
}

function beOthers(mount: string, path: string): void {
  fs.mkdirSync(`${mount}/group`);
  fs.chownSync(`${mount}/group`, 0, 4003);
  fs.chmodSync(`${mount}/group`, 0o770);
  fs.chmodSync(path, 0o600);
  as(4000, 4001, [4002, 4003, 4004], () => {
    fails(
      'EACCES',
      'open without permission',
      () => fs.openSync(path, 'r'),
      anyBrick('LOOKUP', { bname: 'attributes' }),
    );
    fails(
      'EPERM',
      'chmod without permission',
      () => fs.chmodSync(path, 0o777),
      anyBrick('LOOKUP', { bname: 'attributes' }),
    );
    fails(
      'EACCES',
      'create without permission',
      () => fs.mkdirSync(`${mount}/mine`),
      anyBrick('LOOKUP', { bname: 'mine' }, { error: 'ENOENT' }),
    );
    step('mkdir by group', () => fs.mkdirSync(`${mount}/group/ours`), allBricks('MKDIR', { bname: 'ours' }));
  });
  const many = Array.from({ length: 200 }, (_, index) => 5000 + index);
  as(4001, 4003, many, () => {
    step(
      'mkdir as one of many groups',
      () => fs.mkdirSync(`${mount}/group/of-many`),
      allBricks('MKDIR', { bname: 'of-many' }),
    );
  });
}

export function workOnAttributes(mount: string): void {
  const path = `${mount}/attributes`;
  fs.writeFileSync(path, '');
  fs.symlinkSync('attributes', `${path}-link`);
  changeAttributes(path);
  useXattrs(path);
  useAcls(path);
  beOthers(mount, path);
}
