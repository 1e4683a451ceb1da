/** A connected UDP socket: the kernel then reports when nobody listens at the other end (ICMP). */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import type { DatagramSocket } from './datagram-sink.js';

export function newUdpSocket(host: string, port: number): DatagramSocket {
  let current: Socket | undefined;
  let failure: Error | undefined;
  return {
    open(onOpened) {
      lookup(host, (lookupError, address, family) => {
        if (lookupError) {
          onOpened(lookupError);
          return;
        }
        const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
        current = socket;
        failure = undefined;
        let isOpening = true;
        const finishOpening = (error?: Error) => {
          if (isOpening) onOpened(error);
          isOpening = false;
        };
        // While opening: without support for the address family, connect() never calls back. Later: an earlier datagram
        // was refused, no telling which. The next send reports it.
        socket.on('error', (error) => {
          failure = error;
          finishOpening(error);
        });
        socket.connect(port, address, finishOpening);
      });
    },
    send(message, onSent) {
      if (current === undefined || failure !== undefined) {
        onSent(failure ?? new Error('socket is closed'));
        return;
      }
      current.send(message, (error) => {
        if (!error) onSent('sent');
        else onSent((error as NodeJS.ErrnoException).code === 'EMSGSIZE' ? 'too-large' : error);
      });
    },
    close() {
      current?.close();
      current = undefined;
    },
  };
}
