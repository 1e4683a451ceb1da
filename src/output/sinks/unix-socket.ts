/**
 * A Unix datagram socket, such as /dev/log or systemd's notify socket. Node has none: this one calls the C library through
 * koffi, which is loaded when the first socket opens. No call blocks.
 */
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type Koffi from 'koffi';
import type { DatagramSocket } from './datagram-sink.js';

/** <bits/socket.h>, the same on all of Linux's architectures that Node runs on. */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const MSG_NOSIGNAL = 0x4000;
/** Size of sun_path in struct sockaddr_un (unix(7)), terminating NUL included. */
export const SUN_PATH_BYTES = 108;

const { EAGAIN, ENOBUFS, EMSGSIZE } = constants.errno;
const ERRNO_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  send(fd: number, message: Buffer, length: number, flags: number): number;
  close(fd: number): number;
  errno(): number;
}

let libc: Libc | undefined;

function loadLibc(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const library = koffi.load('libc.so.6');
  return {
    errno: () => koffi.errno(),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    connect: library.func('int connect(int fd, const void *address, uint32_t length)'),
    send: library.func('long send(int fd, const void *message, size_t length, int flags)'),
    close: library.func('int close(int fd)'),
  };
}

function systemError(call: string, number: number): Error {
  return new Error(`${call}: ${ERRNO_NAMES.get(number) ?? number}`);
}

/** struct sockaddr_un. The length of an abstract name (unix(7)) is exact: each byte counts. */
function addressOf(path: string): Buffer {
  const address = Buffer.alloc(2 + SUN_PATH_BYTES);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  const written = address.write(path, 2);
  if (!path.startsWith('@')) return address;
  address[2] = 0;
  return address.subarray(0, 2 + written);
}

/** @param path a file path, or `@` and an abstract name */
export function newUnixSocket(path: string): DatagramSocket {
  const address = addressOf(path);
  let fd = -1;
  const close = () => {
    if (fd >= 0) libc?.close(fd);
    fd = -1;
  };
  return {
    open(onOpened) {
      try {
        libc ??= loadLibc();
      } catch (error) {
        onOpened(new Error(`cannot load koffi: ${error instanceof Error ? error.message : error}`));
        return;
      }
      fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      if (fd < 0 || libc.connect(fd, address, address.length) < 0) {
        const error = systemError(`connect ${path}`, libc.errno());
        close();
        onOpened(error);
      } else onOpened(undefined);
    },
    send(message, onSent) {
      if (libc === undefined) {
        onSent(new Error('socket is closed'));
        return;
      }
      if (libc.send(fd, message, message.length, MSG_NOSIGNAL) >= 0) {
        onSent('sent');
        return;
      }
      const number = libc.errno();
      if (number === EAGAIN || number === ENOBUFS) onSent('full');
      else if (number === EMSGSIZE) onSent('too-large');
      else onSent(systemError(`send to ${path}`, number));
    },
    close,
  };
}
