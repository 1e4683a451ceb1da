/**
 * Checks whether standard output still has a reader. A transport that writes to it gets EPIPE in its own thread and may
 * swallow it: pino-pretty then just stops. poll(2) shows it to the whole process.
 */

const STDOUT = 1;
/** The reader is gone for good: POLLERR of a pipe, POLLHUP of a socket or terminal. */
const GONE = 0x08 | 0x10;
/** Index of `revents`: the second of the two shorts after the int. */
const REVENTS = 3;

/** @returns a check that is true once the reader is gone; undefined: koffi or this C library is missing */
export async function loadStdoutReaderCheck(): Promise<(() => boolean) | undefined> {
  try {
    const koffi = (await import('koffi')).default;
    const poll = koffi.load(null).func('int poll(void *fds, unsigned long count, int milliseconds)');
    // struct pollfd: int fd, short events, short revents.
    const fds = new Int32Array([STDOUT, 0]);
    const shorts = new Int16Array(fds.buffer);
    return () => poll(fds, 1, 0) > 0 && (shorts[REVENTS] & GONE) !== 0;
  } catch {
    return undefined;
  }
}
