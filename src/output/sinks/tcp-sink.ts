/**
 * A TCP connection that is made again when it breaks. A batch of which the kernel has not taken all by then is sent
 * again as a whole over the next one: lines may come twice. What the kernel had taken and the other side had not is
 * lost without a word: syslog has no receipt.
 */
import { connect, type Socket } from 'node:net';
import { type LineSinkFactory, newBackoff } from '../line-sink.js';

/** Without traffic a peer that vanished is found by the kernel's probes. */
const KEEPALIVE_MS = 30000;
/** A connection that stood so long was a good one. */
const GOOD_MS = 5000;
const CLOSE_MS = 1000;

export function connectionSink(
  name: string,
  host: string,
  port: number,
  encode: (bytes: Uint8Array) => Buffer,
): LineSinkFactory {
  return (events) => {
    const backoff = newBackoff();
    /** The latest, whether it is connected or not yet. */
    let latest: Socket | undefined;
    let socket: Socket | undefined;
    let current: Buffer | undefined;
    let ending = false;

    const give = (to: Socket, bytes: Buffer) => {
      to.write(bytes, (error) => {
        if (error || to !== socket || current !== bytes) return;
        current = undefined;
        events.acknowledged(0);
      });
    };

    const open = () => {
      if (ending) return;
      let why = new Error('the other side closed the connection');
      let since = 0;
      const made = connect({
        host,
        port,
        keepAlive: true,
        keepAliveInitialDelay: KEEPALIVE_MS,
        noDelay: true,
      });
      latest = made;
      // Nothing is expected of the other side but its end, which is told only to who reads.
      made.resume();
      made.on('connect', () => {
        since = performance.now();
        socket = made;
        if (current !== undefined) give(made, current);
      });
      made.on('error', (error) => {
        why = error;
      });
      made.on('close', () => {
        if (socket === made) socket = undefined;
        if (ending) return;
        if (since > 0 && performance.now() - since >= GOOD_MS) backoff.reset();
        events.failed(why);
        setTimeout(open, backoff.next()).unref();
      });
    };
    // A queue that is not there yet can't be told.
    setImmediate(open);

    return {
      name,
      write({ bytes }) {
        current = encode(bytes);
        if (socket !== undefined) give(socket, current);
      },
      isUp: () => socket !== undefined,
      close() {
        ending = true;
        const last = socket;
        if (last === undefined) {
          latest?.destroy();
          return Promise.resolve();
        }
        return new Promise((resolve) => {
          const timer = setTimeout(() => last.destroy(), CLOSE_MS);
          last.on('close', () => {
            clearTimeout(timer);
            resolve();
          });
          last.end();
        });
      },
    };
  };
}
