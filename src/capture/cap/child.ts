/**
 * The cap engine's child process: captures one interface with the npm package cap and writes the packets to a pipe as
 * records in the ring's layout. cap needs its own process: it aborts the process when the interface goes down, can't be
 * loaded in a worker thread, and starves the event loop while packets arrive (native-notes/cap.md).
 */
import { writeSync } from 'node:fs';
import { MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import { type ChildOptions, type FromChild, PACKETS_FD } from './child-messages.js';
import { wallClock } from './wall-clock.js';

/** LINKTYPE_ numbers by cap's names of link types. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
};

/** The snapshot length that cap sets, whatever the buffer. */
const CAP_SNAPLEN = 65535;

/** Packets are written in batches of this many bytes, or after this time: one write a packet costs more. */
const BATCH_BYTES = 256 << 10;
const FLUSH_MS = 2;
/** After a stop, packets that the kernel has captured already are read for this long. */
const DRAIN_MS = 30;

const options: ChildOptions = JSON.parse(process.argv[2]);

/** Module level, not local: cap keeps no reference to it and aborts when it is garbage collected. */
const packet = Buffer.alloc(MAX_PACKET);
const batch = Buffer.alloc(BATCH_BYTES + RECORD_HEADER + MAX_PACKET);
let filled = 0;

function postMessage(message: FromChild): void {
  process.send?.(message);
}

function flush(): void {
  let at = 0;
  try {
    while (at < filled) at += writeSync(PACKETS_FD, batch, at, filled - at);
  } catch {
    // The parent is gone, so there is no reader.
    process.exit(0);
  }
  filled = 0;
}

let flushScheduled = false;

function writePacket(bytes: number): void {
  const time = wallClock();
  const captured = Math.min(bytes, options.snaplen);
  batch.writeUInt32LE(Number(time / 1000000000n), filled);
  batch.writeUInt32LE(Number(time % 1000000000n), filled + 4);
  batch.writeUInt32LE(captured, filled + 8);
  // cap reports no wire length. A packet that it cut was longer; the IP header has the length.
  batch.writeUInt32LE(bytes >= CAP_SNAPLEN ? MAX_PACKET : bytes, filled + 12);
  packet.copy(batch, filled + RECORD_HEADER, 0, captured);
  filled += RECORD_HEADER + captured;
  if (filled >= BATCH_BYTES) flush();
  else if (!flushScheduled) {
    flushScheduled = true;
    setTimeout(() => {
      flushScheduled = false;
      flush();
    }, FLUSH_MS);
  }
}

/** Drops root, or the capabilities: a child that is restarted runs as the user already. */
async function becomeUser(user: ChildOptions['user']): Promise<void> {
  if (user === undefined) return;
  if (process.geteuid?.() === 0) {
    process.setgroups?.([]);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  } else (await import('../privileges.js')).dropCapabilities();
}

async function main(): Promise<void> {
  const { Cap } = (await import('cap')).default;
  const cap = new Cap();
  cap.on('packet', writePacket);
  const linkType = LINK_TYPES[cap.open(options.interface, options.filter, options.bufferBytes, packet)];
  await becomeUser(options.user);
  if (linkType === undefined) throw new Error('cap reports a link type that wiretail does not decode');
  postMessage({ kind: 'open', linkType });
  process.on('message', () => {
    setTimeout(() => {
      flush();
      process.exit(0);
    }, DRAIN_MS);
  });
  process.on('disconnect', () => process.exit(0));
}

// A terminal's Ctrl-C signals the whole process group; the parent decides when to stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
  process.on(signal, () => {});
}
main().catch((error: unknown) => {
  postMessage({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  // The object whose open() failed must not be closed or collected: cap would abort the process (cap issue 82).
  setTimeout(() => process.exit(3), 100);
});
