/**
 * Drops root privileges once the capture is open. CAP_NET_RAW stays in the capture thread alone, which reopens an
 * interface that disappeared (packet(7): a packet socket needs this capability and no other). Every other thread has
 * no capability.
 *
 * User and group ids: glibc's wrappers change them in all threads (nptl(7)).
 * Capabilities, the bounding set and no_new_privs belong to a thread (capabilities(7), prctl(2)); a new thread
 * inherits those of the thread that starts it.
 */
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { UserError } from '../config/user-error.js';

/** Plain data, sent to the capture thread and to the cap child process. */
export interface UserIds {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** prctl(2), linux/prctl.h. */
const PR_SET_KEEPCAPS = 8;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** linux/capability.h. */
const CAP_NET_RAW = 13;
const CAP_SETGID = 6;
const CAP_SETUID = 7;
const CAP_SETPCAP = 8;
const CAPABILITY_VERSION_3 = 0x20080522;

const lib = koffi.load(null);
const prctl = lib.func('int prctl(int option, ulong a, ulong b, ulong c, ulong d)');
const callCapset = lib.func('int capset(void *header, void *data)');
const callCapget = lib.func('int capget(void *header, void *data)');
const setgroups = lib.func('int setgroups(size_t size, void *list)');
const setresgid = lib.func('int setresgid(uint32_t real, uint32_t effective, uint32_t saved)');
const setresuid = lib.func('int setresuid(uint32_t real, uint32_t effective, uint32_t saved)');

/** getpwnam(3) queries all user databases of the system. The struct's first fields are the same everywhere. */
const Passwd = koffi.struct({ name: 'string', password: 'string', uid: 'uint32_t', gid: 'uint32_t' });
const getpwnam = lib.func('getpwnam', koffi.pointer(Passwd), ['string']);
const getpwuid = lib.func('getpwuid', koffi.pointer(Passwd), ['uint32_t']);

/** @param text name or number. A number without an entry is its own group. @returns undefined if there is no such user */
export function lookUpUser(text: string): UserIds | undefined {
  const isNumber = /^\d{1,10}$/.test(text);
  const pointer: unknown = isNumber ? getpwuid(Number(text)) : getpwnam(text);
  if (pointer === null) {
    const uid = Number(text);
    return isNumber && uid < 0xffffffff ? { name: text, uid, gid: uid } : undefined;
  }
  const { uid, gid } = koffi.decode(pointer, Passwd) as { uid: number; gid: number };
  return { name: text, uid, gid };
}

/**
 * Sets no_new_privs: no program started later gains privileges by set-user-ID or file capabilities. To be called in
 * the main thread before it starts others.
 */
export function setNoNewPrivileges(): void {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/**
 * Limits the capability bounding set of all threads and programs started later. To be called in the main thread.
 *
 * @param forChildren keep what the child processes of the engine cap need, which start as root and drop it themselves
 */
export function limitBoundingSet(forChildren: boolean): void {
  const kept = forChildren ? [CAP_NET_RAW, CAP_SETUID, CAP_SETGID] : [CAP_NET_RAW];
  if ((permitted() & (1 << CAP_SETPCAP)) === 0) return;
  for (let capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
    if (!kept.includes(capability)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

/**
 * Switches all threads to the user; the calling thread, which is the capture thread, keeps CAP_NET_RAW. To be called
 * once all interfaces are open.
 *
 * @param forChildren child processes inherit CAP_NET_RAW: those of the engine cap open their interface themselves
 * @throws UserError if the process may not switch, or if the user can't read wiretail's files
 */
export function becomeUser(user: UserIds, forChildren: boolean): void {
  check(user, 'prctl', prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
  if (process.geteuid?.() === 0) {
    check(user, 'setgroups', setgroups(0, null));
    check(user, 'setresgid', setresgid(user.gid, user.gid, user.gid));
    check(user, 'setresuid', setresuid(user.uid, user.uid, user.uid));
  }
  prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  const raw = permitted() & (1 << CAP_NET_RAW);
  check(user, 'capset', capset(raw, forChildren ? raw : 0));
  if (forChildren && raw !== 0) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
  // A decoder or a cap child that dies is started again as the user, who must be able to read the program.
  const program = fileURLToPath(import.meta.url);
  try {
    accessSync(program, constants.R_OK);
  } catch {
    throw new UserError(`--user ${user.name}: expected a user that can read ${program}`);
  }
}

/** Drops all capabilities of the calling thread. */
export function dropCapabilities(): void {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  capset(0, 0);
}

/** The low word of the thread's permitted set. */
function permitted(): number {
  const data = Buffer.alloc(24);
  callCapget(header(), data);
  return data.readUInt32LE(4);
}

function capset(capabilities: number, inheritable: number): number {
  // struct __user_cap_data_struct { effective, permitted, inheritable }, twice: bits 0 to 31, and 32 to 63.
  const data = Buffer.alloc(24);
  data.writeUInt32LE(capabilities, 0);
  data.writeUInt32LE(capabilities, 4);
  data.writeUInt32LE(inheritable, 8);
  return callCapset(header(), data);
}

function header(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(CAPABILITY_VERSION_3, 0);
  return bytes;
}

function check(user: UserIds, call: string, result: number): void {
  if (result !== 0) {
    throw new UserError(
      `--user ${user.name}: expected wiretail to be started as root (${call}: errno ${koffi.errno()})`,
    );
  }
}
