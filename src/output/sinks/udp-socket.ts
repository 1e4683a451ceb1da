/** UDP, connected, so that the kernel tells when nobody listens there (ICMP). */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import type { DatagramSocket } from './datagram-sink.js';

export function newUdpSocket(host: string, port: number): DatagramSocket {
  let socket: Socket | undefined;
  let failure: Error | undefined;
  return {
    open(opened) {
      lookup(host, (error, address, family) => {
        if (error) {
          opened(error);
          return;
        }
        const made = createSocket(family === 6 ? 'udp6' : 'udp4');
        socket = made;
        failure = undefined;
        let isOpening = true;
        const done = (why?: Error) => {
          if (isOpening) opened(why);
          isOpening = false;
        };
        // Where there can't be such a socket, connect's callback is never called. Later: nobody took an earlier message,
        // which one is not told. The next one waits until somebody does.
        made.on('error', (why) => {
          failure = why;
          done(why);
        });
        made.connect(port, address, done);
      });
    },
    send(message, sent) {
      if (socket === undefined || failure !== undefined) {
        sent(failure ?? new Error('the socket is closed'));
        return;
      }
      socket.send(message, (error) => {
        if (!error) sent('sent');
        else sent((error as NodeJS.ErrnoException).code === 'EMSGSIZE' ? 'large' : error);
      });
    },
    close() {
      socket?.close();
      socket = undefined;
    },
  };
}
