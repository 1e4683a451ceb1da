/** poll(2) over the sockets of all open interfaces. */
import type { CapturedInterface } from './captured-interface.js';
import type { Libc } from './library.js';

const POLLIN = 1;
const POLLERR = 8;
/** struct pollfd: fd, events, revents. */
const POLLFD_BYTES = 8;

export class PollSet {
  private readonly libc: Libc;
  private readonly interfaces: readonly CapturedInterface[];
  private readonly entries: Buffer;

  constructor(libc: Libc, interfaces: readonly CapturedInterface[]) {
    this.libc = libc;
    this.interfaces = interfaces;
    this.entries = Buffer.alloc(POLLFD_BYTES * interfaces.length);
  }

  /** Waits up to `ms` milliseconds for packets, and marks the interfaces whose socket has an error. @returns sockets that are ready */
  wait(ms: number): number {
    const { entries } = this;
    let open = 0;
    for (const { handle } of this.interfaces) {
      if (handle === undefined) continue;
      entries.writeInt32LE(handle.fd, open * POLLFD_BYTES);
      entries.writeInt32LE(POLLIN, open * POLLFD_BYTES + 4);
      open++;
    }
    const ready = this.libc.poll(entries, open, ms);
    open = 0;
    for (const captured of this.interfaces) {
      if (captured.handle === undefined) continue;
      if ((entries.readUInt16LE(open * POLLFD_BYTES + 6) & POLLERR) !== 0) captured.socketError = true;
      open++;
    }
    return ready;
  }
}
