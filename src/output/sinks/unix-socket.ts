/**
 * A Unix datagram socket, such as /dev/log or systemd's, which Node has not: the C library's functions, bound with
 * koffi, which is loaded when the first one is opened: elsewhere wiretail does without it. None of them waits.
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
/** sun_path of struct sockaddr_un (unix(7)), its end included. */
export const SUN_PATH_BYTES = 108;

const { EAGAIN, ENOBUFS, EMSGSIZE } = constants.errno;
const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

interface Functions {
  socket(domain: number, type: number, protocol: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  send(fd: number, message: Buffer, length: number, flags: number): number;
  close(fd: number): number;
  errno(): number;
}

let functions: Functions | undefined;

function load(): Functions {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const libc = koffi.load('libc.so.6');
  return {
    errno: () => koffi.errno(),
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
    send: libc.func('long send(int fd, const void *message, size_t length, int flags)'),
    close: libc.func('int close(int fd)'),
  };
}

function failure(what: string, number: number): Error {
  return new Error(`${what}: ${NAMES.get(number) ?? number}`);
}

/** struct sockaddr_un. Of an abstract name (unix(7)) each byte counts, so that its length is exact. */
function addressOf(path: string): Buffer {
  const address = Buffer.alloc(2 + SUN_PATH_BYTES);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  const written = address.write(path, 2);
  if (!path.startsWith('@')) return address;
  address[2] = 0;
  return address.subarray(0, 2 + written);
}

/** @param path of a file, or `@` and an abstract name */
export function newUnixSocket(path: string): DatagramSocket {
  const address = addressOf(path);
  let fd = -1;
  const close = () => {
    if (fd >= 0) functions?.close(fd);
    fd = -1;
  };
  return {
    open(opened) {
      try {
        functions ??= load();
      } catch (error) {
        opened(new Error(`koffi can't be loaded: ${error instanceof Error ? error.message : error}`));
        return;
      }
      fd = functions.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      if (fd < 0 || functions.connect(fd, address, address.length) < 0) {
        const error = failure(`connect ${path}`, functions.errno());
        close();
        opened(error);
      } else opened(undefined);
    },
    send(message, sent) {
      if (functions === undefined) {
        sent(new Error('the socket is closed'));
        return;
      }
      if (functions.send(fd, message, message.length, MSG_NOSIGNAL) >= 0) {
        sent('sent');
        return;
      }
      const number = functions.errno();
      if (number === EAGAIN || number === ENOBUFS) sent('full');
      else if (number === EMSGSIZE) sent('large');
      else sent(failure(`send to ${path}`, number));
    },
    close,
  };
}
