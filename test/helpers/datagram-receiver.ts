/** A receiver on a Unix datagram socket, as systemd's for notifications: by the C library, since Node has none. */
import { constants } from 'node:os';
import koffi from 'koffi';

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 2 | 0o4000;

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
const recv = libc.func('long recv(int fd, _Out_ uint8_t *buffer, size_t length, int flags)');
const closeFd = libc.func('int close(int fd)');

export interface Receiver {
  /** All messages so far. */
  messages(): readonly string[];
  close(): void;
}

/** @param path of a file, or `@` and an abstract name */
export function listenDatagrams(path: string): Receiver {
  const address = Buffer.concat([Buffer.alloc(2), Buffer.from(path), Buffer.alloc(path[0] === '@' ? 0 : 1)]);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  if (path[0] === '@') address[2] = 0;
  const fd: number = socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
  if (bind(fd, address, address.length) !== 0) throw new Error(`bind ${path}: errno ${koffi.errno()}`);
  const all: string[] = [];
  const buffer = Buffer.alloc(4096);
  return {
    messages() {
      for (;;) {
        const length = Number(recv(fd, buffer, buffer.length, 0));
        if (length >= 0) all.push(buffer.toString('utf8', 0, length));
        else if (koffi.errno() === constants.errno.EAGAIN) return all;
        else throw new Error(`recv: errno ${koffi.errno()}`);
      }
    },
    close: () => void closeFd(fd),
  };
}
