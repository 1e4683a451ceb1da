/** UDP, connected, so that the kernel tells when nobody listens there (ICMP). */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import type { DatagramSocket } from './datagram-sink.js';

export function udpSocket(host: string, port: number): DatagramSocket {
  let socket: Socket | undefined;
  return {
    open(opened) {
      lookup(host, (error, address, family) => {
        if (error) {
          opened(error);
          return;
        }
        const made = createSocket(family === 6 ? 'udp6' : 'udp4');
        socket = made;
        // What the kernel tells between two messages: the next one will be told too, or has arrived.
        made.on('error', () => {});
        made.connect(port, address, (failure?: Error) => opened(failure));
      });
    },
    send(message, sent) {
      if (socket === undefined) {
        sent(new Error('the socket is closed'));
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
