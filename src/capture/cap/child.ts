/**
 * The cap engine's own process: packets of one interface through the npm package cap, written to a pipe
 * as records in the ring's layout. A process of its own, because cap aborts the whole process when the
 * interface goes down, can't load in a worker thread, and starves the event loop while packets come
 * (native-notes/cap.md).
 */
import { writeSync } from 'node:fs';
import { MAX_PACKET, RECORD_HEADER } from '../../ring/layout.js';
import { type ChildOptions, type FromChild, PACKETS_FD } from './child-messages.js';
import { wallClock } from './wall-clock.js';

/** cap's names for link types, as LINKTYPE_ numbers. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
};

/** What cap sets as its snapshot length, whatever the buffer. */
const CAP_SNAPLEN = 65535;

/** Packets are written when so many bytes are there, or after so long: a write a packet costs more. */
const BATCH_BYTES = 256 << 10;
const FLUSH_MS = 2;
/** After the word to stop, what the kernel has already is still taken for so long. */
const DRAIN_MS = 30;

const options: ChildOptions = JSON.parse(process.argv[2]);

/** Module level, not local: cap keeps no reference to it and aborts when it is collected. */
const packet = Buffer.alloc(MAX_PACKET);
const batch = Buffer.alloc(BATCH_BYTES + RECORD_HEADER + MAX_PACKET);
let filled = 0;

function tell(message: FromChild): void {
  process.send?.(message);
}

function flush(): void {
  let at = 0;
  try {
    while (at < filled) at += writeSync(PACKETS_FD, batch, at, filled - at);
  } catch {
    // The parent is gone: nobody wants the packets.
    process.exit(0);
  }
  filled = 0;
}

let flushIsDue = false;

function take(bytes: number): void {
  const time = wallClock();
  const captured = Math.min(bytes, options.snaplen);
  batch.writeUInt32LE(Number(time / 1000000000n), filled);
  batch.writeUInt32LE(Number(time % 1000000000n), filled + 4);
  batch.writeUInt32LE(captured, filled + 8);
  // cap tells no wire length, so where it cut the packet the wire had more: how much, the IP header says.
  batch.writeUInt32LE(bytes >= CAP_SNAPLEN ? MAX_PACKET : bytes, filled + 12);
  packet.copy(batch, filled + RECORD_HEADER, 0, captured);
  filled += RECORD_HEADER + captured;
  if (filled >= BATCH_BYTES) flush();
  else if (!flushIsDue) {
    flushIsDue = true;
    setTimeout(() => {
      flushIsDue = false;
      flush();
    }, FLUSH_MS);
  }
}

/** No capability is needed any more. Started anew after the parent became the user, this process is the user already. */
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
  cap.on('packet', take);
  const linkType = LINK_TYPES[cap.open(options.interface, options.filter, options.bufferBytes, packet)];
  await becomeUser(options.user);
  if (linkType === undefined) throw new Error('cap reports a link type that wiretail does not decode');
  tell({ kind: 'open', linkType });
  process.on('message', () => {
    setTimeout(() => {
      flush();
      process.exit(0);
    }, DRAIN_MS);
  });
  process.on('disconnect', () => process.exit(0));
}

// They may be sent to the whole process group, as by the terminal's Ctrl-C; the parent says when to stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
  process.on(signal, () => {});
}
main().catch((error: unknown) => {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  // A failed open() is not closed or collected: cap would abort the process (its issue 82).
  setTimeout(() => process.exit(3), 100);
});
