/** One message a datagram, over a socket that is connected again when its other side was gone. */
import { type Batch, type LineSinkFactory, newBackoff } from '../line-sink.js';

/** What became of a datagram: sent, `full` (try again soon), `large` (it never fits), or the socket is no good. */
export type SendResult = 'sent' | 'full' | 'large' | Error;

export interface DatagramSocket {
  /** Calls back with undefined, or why it can't be. */
  open(opened: (error: Error | undefined) => void): void;
  send(message: Buffer, sent: (how: SendResult) => void): void;
  close(): void;
}

/** The other side's buffer has room again when it has read. */
const FULL_MS = 10;
/** A socket that was good so long is a new case. UDP is always opened, and may lose a line each time. */
const GOOD_MS = 5000;
/** Messages that are sent in one go, before others have their turn. */
const TURN = 64;

export function datagramSink(
  name: string,
  socket: DatagramSocket,
  encode: (bytes: Uint8Array) => readonly Buffer[],
): LineSinkFactory {
  return (events) => {
    const backoff = newBackoff();
    let messages: readonly Buffer[] = [];
    let at = 0;
    let lost = 0;
    let isOpen = false;
    let since = 0;
    let busy = false;
    let ending = false;

    const failed = (error: Error) => {
      if (ending) return;
      if (isOpen && performance.now() - since >= GOOD_MS) backoff.reset();
      isOpen = false;
      socket.close();
      events.failed(error);
      setTimeout(open, backoff.next()).unref();
    };

    const open = () => {
      if (ending) return;
      socket.open((error) => {
        if (error !== undefined) {
          failed(error);
          return;
        }
        if (ending) {
          socket.close();
          return;
        }
        isOpen = true;
        since = performance.now();
        next(0);
      });
    };

    const next = (turn: number) => {
      if (!isOpen || !busy || ending) return;
      if (at === messages.length) {
        busy = false;
        events.acknowledged(lost);
        return;
      }
      socket.send(messages[at], (how) => {
        if (how instanceof Error) {
          failed(how);
          return;
        }
        if (how === 'full') {
          setTimeout(next, FULL_MS, 0).unref();
          return;
        }
        if (how === 'large') {
          lost++;
          events.failed(new Error(`a line of ${messages[at].length} bytes fits in no datagram`));
        }
        at++;
        if (turn + 1 < TURN && at < messages.length) next(turn + 1);
        else setImmediate(next, 0);
      });
    };
    // A queue that is not there yet can't be told.
    setImmediate(open);

    return {
      name,
      write({ bytes }: Batch) {
        messages = encode(bytes);
        at = 0;
        lost = 0;
        busy = true;
        next(0);
      },
      isUp: () => isOpen,
      close() {
        ending = true;
        if (isOpen) socket.close();
        return Promise.resolve();
      },
    };
  };
}
