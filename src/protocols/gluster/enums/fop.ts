/**
 * Names of numbers in file operations. GlusterFS has its own numbers on the wire where systems differ:
 * rpc/xdr/src/glusterfs3.h, libglusterfs/src/glusterfs/glusterfs-fops.h. From GlusterFS 3.1 on, numbers were only added.
 */
import type { Names } from '../../rpc/xdr/types.js';
import { ERRNO_NAMES } from './errno.js';
import { bitNames, bits, keepLatest, sequence, values } from './tables.js';

export const errnoName: Names = values(ERRNO_NAMES);

const ACCESS_MODES = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'];

/** GF_O_* of rpc/xdr/src/glusterfs3.h, as on Linux x86; GF_O_SYNC is today's O_DSYNC of Linux. */
const OPEN_BITS: readonly (readonly [number, string])[] = [
  [0o40, 'O_FMODE_EXEC'],
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o10000, 'O_SYNC'],
  [0o20000, 'O_ASYNC'],
  [0o40000, 'O_DIRECT'],
  [0o100000, 'O_LARGEFILE'],
  [0o200000, 'O_DIRECTORY'],
  [0o400000, 'O_NOFOLLOW'],
  [0o1000000, 'O_NOATIME'],
  [0o2000000, 'O_CLOEXEC'],
];

/** The access mode, a number in the lowest bits, then the flags. */
export const openFlags: Names = {
  suffix: 'names',
  of: keepLatest((value) => [ACCESS_MODES[value & 3], ...bitNames(OPEN_BITS, value & ~3)]),
};

const FILE_TYPES: ReadonlyMap<number, string> = new Map([
  [0o010000, 'S_IFIFO'],
  [0o020000, 'S_IFCHR'],
  [0o040000, 'S_IFDIR'],
  [0o060000, 'S_IFBLK'],
  [0o100000, 'S_IFREG'],
  [0o120000, 'S_IFLNK'],
  [0o140000, 'S_IFSOCK'],
]);

/** `S_IFREG|0644`; without a known type the whole number in octal. */
export const fileMode: Names = {
  suffix: 'name',
  of: keepLatest((value) => {
    const type = FILE_TYPES.get((value & ~0o7777) >>> 0);
    const octal = (type === undefined ? value >>> 0 : value & 0o7777).toString(8).padStart(4, '0');
    return type === undefined ? octal : `${type}|${octal}`;
  }),
};

/** access(2). */
export const accessMask: Names = bits(
  [
    [4, 'R_OK'],
    [2, 'W_OK'],
    [1, 'X_OK'],
  ],
  'F_OK',
);

/** glusterfs_lk_cmds_t. */
const LOCK_COMMANDS = [
  'GF_LK_GETLK',
  'GF_LK_SETLK',
  'GF_LK_SETLKW',
  'GF_LK_RESLK_LCK',
  'GF_LK_RESLK_LCKW',
  'GF_LK_RESLK_UNLCK',
  'GF_LK_GETLK_FD',
];
export const lkCommand: Names = sequence(LOCK_COMMANDS);
/** client_pre_inodelk() sends only the first three. */
export const inodelkCommand: Names = sequence(LOCK_COMMANDS.slice(0, 3));
/** Start of the range by which AFR locks a file's metadata: LLONG_MAX - 1, to the end of the file. */
export const METADATA_RANGE_START = 9223372036854775806n;

/** glusterfs_lk_types_t. */
export const lkType: Names = sequence(['GF_LK_F_RDLCK', 'GF_LK_F_WRLCK', 'GF_LK_F_UNLCK', 'GF_LK_EOL']);
export const lkWhence: Names = sequence(['SEEK_SET', 'SEEK_CUR', 'SEEK_END']);

export const entrylkCommand: Names = sequence(['ENTRYLK_LOCK', 'ENTRYLK_UNLOCK', 'ENTRYLK_LOCK_NB']);
export const entrylkType: Names = sequence(['ENTRYLK_RDLCK', 'ENTRYLK_WRLCK']);

/** gf_lease_cmds_t. */
export const leaseCommand: Names = values(
  new Map([
    [1, 'GF_GET_LEASE'],
    [2, 'GF_SET_LEASE'],
    [3, 'GF_UNLK_LEASE'],
  ]),
);
/** gf_lease_types_t. */
export const leaseType: Names = sequence(['NONE', 'GF_RD_LEASE', 'GF_RW_LEASE']);

/** libglusterfs/src/glusterfs/xlator.h: the attributes that SETATTR sets. */
export const setattrValid: Names = bits([
  [0x1, 'GF_SET_ATTR_MODE'],
  [0x2, 'GF_SET_ATTR_UID'],
  [0x4, 'GF_SET_ATTR_GID'],
  [0x8, 'GF_SET_ATTR_SIZE'],
  [0x10, 'GF_SET_ATTR_ATIME'],
  [0x20, 'GF_SET_ATTR_MTIME'],
  [0x40, 'GF_SET_ATTR_CTIME'],
  [0x80, 'GF_ATTR_ATIME_NOW'],
  [0x100, 'GF_ATTR_MTIME_NOW'],
]);

/** setxattr(2). */
export const setxattrFlags: Names = bits([
  [1, 'XATTR_CREATE'],
  [2, 'XATTR_REPLACE'],
]);

/** gf_xattrop_flags_t. */
export const xattropFlags: Names = sequence([
  'GF_XATTROP_ADD_ARRAY',
  'GF_XATTROP_ADD_ARRAY64',
  'GF_XATTROP_OR_ARRAY',
  'GF_XATTROP_AND_ARRAY',
  'GF_XATTROP_GET_AND_SET',
  'GF_XATTROP_ADD_ARRAY_WITH_DEFAULT',
  'GF_XATTROP_ADD_ARRAY64_WITH_DEFAULT',
]);

/** fallocate(2). */
export const fallocateFlags: Names = bits([
  [0x1, 'FALLOC_FL_KEEP_SIZE'],
  [0x2, 'FALLOC_FL_PUNCH_HOLE'],
  [0x4, 'FALLOC_FL_NO_HIDE_STALE'],
  [0x8, 'FALLOC_FL_COLLAPSE_RANGE'],
  [0x10, 'FALLOC_FL_ZERO_RANGE'],
  [0x20, 'FALLOC_FL_INSERT_RANGE'],
  [0x40, 'FALLOC_FL_UNSHARE_RANGE'],
]);

/** gf_seek_what_t. */
export const seekWhat: Names = sequence(['GF_SEEK_DATA', 'GF_SEEK_HOLE']);

/** readdir(3). */
export const direntType: Names = values(
  new Map([
    [0, 'DT_UNKNOWN'],
    [1, 'DT_FIFO'],
    [2, 'DT_CHR'],
    [4, 'DT_DIR'],
    [6, 'DT_BLK'],
    [8, 'DT_REG'],
    [10, 'DT_LNK'],
    [12, 'DT_SOCK'],
    [14, 'DT_WHT'],
  ]),
);

/** gf_upcall_event_t of libglusterfs/src/glusterfs/upcall-utils.h. */
export const eventType: Names = sequence([
  'GF_UPCALL_EVENT_NULL',
  'GF_UPCALL_CACHE_INVALIDATION',
  'GF_UPCALL_RECALL_LEASE',
  'GF_UPCALL_INODELK_CONTENTION',
  'GF_UPCALL_ENTRYLK_CONTENTION',
]);

/** upcall-utils.h: the parts of an inode that a client must read again. */
export const upcallFlags: Names = bits([
  [0x1, 'UP_NLINK'],
  [0x2, 'UP_MODE'],
  [0x4, 'UP_OWN'],
  [0x8, 'UP_SIZE'],
  [0x10, 'UP_TIMES'],
  [0x20, 'UP_ATIME'],
  [0x40, 'UP_PERM'],
  [0x80, 'UP_RENAME'],
  [0x100, 'UP_FORGET'],
  [0x200, 'UP_PARENT_TIMES'],
  [0x400, 'UP_XATTR'],
  [0x800, 'UP_XATTR_RM'],
  [0x1000, 'UP_EXPLICIT_LOOKUP'],
  [0x2000, 'UP_INVAL_ATTR'],
]);
