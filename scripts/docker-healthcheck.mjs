// The image's health check: is the daemon's process alive, and does its user hold a packet socket? A capture
// that waits for its interface holds none and is unhealthy. It needs no privileges: the kernel shows the user
// of every packet socket to everyone; the owning process is visible only with that process's capabilities.
//
//   docker-healthcheck.mjs [PROC]     PROC: the mount point of procfs (for tests)
import { readdirSync, readFileSync } from 'node:fs';

const proc = process.argv[2] ?? '/proc';

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(`${proc}/${path}`, 'latin1');
  } catch {
    return ''; // the process has ended
  }
}

/** The user of the daemon's main process, if it runs. With an init, that is not process 1. */
function daemonUser() {
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    if (!read(`${pid}/cmdline`).split('\0').includes('/app/dist/main.js')) continue;
    const status = read(`${pid}/status`);
    if (/^State:\s+[ZTX]/im.test(status)) continue; // a zombie, stopped, dead
    const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
    if (uid !== undefined) return uid;
  }
  return undefined;
}

/** @param {string} reason */
function unhealthy(reason) {
  console.log(reason);
  process.exit(1);
}

const uid = daemonUser();
if (uid === undefined) unhealthy('wiretail is not running');
// Columns: sk RefCnt Type Proto Iface R Rmem User Inode
const sockets = read('net/packet')
  .split('\n')
  .slice(1)
  .filter((line) => line.trim().split(/\s+/)[7] === uid);
if (sockets.length === 0) unhealthy('wiretail is not capturing: it holds no packet socket');
console.log(`capturing on ${sockets.length} packet socket${sockets.length === 1 ? '' : 's'}`);
