// The image's health check, until wiretail has an endpoint of its own: is the daemon's process alive, and
// does its user hold a packet socket? A capture that waits for its interface to come back holds none and
// is unhealthy. It needs no privilege: the kernel shows each packet socket's user to everybody, while
// whose file descriptor it is may be seen only with the capabilities of that process.
//
//   docker-healthcheck.mjs [PROC]     PROC: where procfs is (for the tests)
import { readdirSync, readFileSync } from 'node:fs';

const proc = process.argv[2] ?? '/proc';

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(`${proc}/${path}`, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}

/** The user of the daemon's main process, where it runs. Not process 1 when an init was put before it. */
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

/** @param {string} why */
function unhealthy(why) {
  console.log(why);
  process.exit(1);
}

const uid = daemonUser();
if (uid === undefined) unhealthy('wiretail does not run');
// Columns: sk RefCnt Type Proto Iface R Rmem User Inode
const sockets = read('net/packet')
  .split('\n')
  .slice(1)
  .filter((line) => line.trim().split(/\s+/)[7] === uid);
if (sockets.length === 0) unhealthy('wiretail captures nothing: it holds no packet socket');
console.log(`capturing on ${sockets.length} packet socket${sockets.length === 1 ? '' : 's'}`);
