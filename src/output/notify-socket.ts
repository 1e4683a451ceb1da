/**
 * The socket to the service manager: a message of sd_notify(3) is a datagram. It is opened at once, since the user who
 * the daemon becomes may not be able to, and again when its other side was gone. Messages stay in order.
 */
import type { DatagramSocket } from './sinks/datagram-sink.js';

export type Notify = (message: string) => void;

/** A manager that reads nothing for long is told no more than this of what has happened. */
const MOST_WAITING = 32;
/** The kernel lets few datagrams wait (net.unix.max_dgram_qlen). */
const FULL_MS = 20;

/** @param failed each time that a message could not be given; once for all that follow each other */
export function newNotifySocket(socket: DatagramSocket, failed: (error: Error) => void): Notify {
  const waiting: string[] = [];
  let isOpen = false;
  let busy = true;
  let isFailing = false;

  const gaveUp = (error: Error) => {
    isOpen = false;
    socket.close();
    waiting.length = 0;
    busy = false;
    if (!isFailing) failed(error);
    isFailing = true;
  };

  /** @param again the socket was opened anew for this message */
  const next = (again: boolean) => {
    const message = waiting[0];
    if (message === undefined) {
      busy = false;
      return;
    }
    if (!isOpen) {
      open();
      return;
    }
    socket.send(Buffer.from(message), (how) => {
      if (how === 'full') {
        setTimeout(next, FULL_MS, again).unref();
      } else if (how instanceof Error && !again) {
        isOpen = false;
        socket.close();
        open();
      } else if (how === 'sent') {
        isFailing = false;
        waiting.shift();
        next(false);
      } else gaveUp(how === 'large' ? new Error('a message is too large') : how);
    });
  };

  const open = () => {
    socket.open((error) => {
      if (error !== undefined) {
        gaveUp(error);
        return;
      }
      isOpen = true;
      next(true);
    });
  };
  open();

  return (message) => {
    if (waiting.length === MOST_WAITING) return;
    waiting.push(message);
    if (busy) return;
    busy = true;
    next(false);
  };
}
