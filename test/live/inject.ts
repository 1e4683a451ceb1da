/**
 * Injects Ethernet frames into an interface: Gearman conversations in frames with VLAN tags, which not every kernel
 * can produce.
 *   inject DEVICE CONVERSATION...      names of CONVERSATIONS
 */
import koffi from 'koffi';
import { CONVERSATIONS, type Conversation } from './conversations.js';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const TAG = 0x8100;
const PORT = 4730;

const u16 = (value: number) => [(value >> 8) & 255, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];

function ip(version: 4 | 6, host: number): number[] {
  const prefix = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  return version === 4 ? [192, 0, 2, host] : [...prefix, host];
}

function frame(
  { version, tags }: Conversation,
  port: number,
  toServer: boolean,
  flags: number,
  sequence: number,
  data: Buffer,
): Buffer {
  const ports = toServer ? [port, PORT] : [PORT, port];
  const [from, to] = toServer ? [1, 2] : [2, 1];
  const tcp = [
    ...u16(ports[0]),
    ...u16(ports[1]),
    ...u32(sequence),
    ...u32(1),
    0x50,
    flags,
    2,
    0,
    0,
    0,
    0,
    0,
  ];
  const length = tcp.length + data.length;
  const addresses = [...ip(version, from), ...ip(version, to)];
  const header =
    version === 4
      ? [0x45, 0, ...u16(20 + length), 0, 1, 0x40, 0, 64, 6, 0, 0, ...addresses]
      : [0x60, 0, 0, 0, ...u16(length), 6, 64, ...addresses];
  const macs = [2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from];
  const tagged = tags.flatMap((tag) => [...u16(TAG), ...u16(tag)]);
  const type = version === 4 ? 0x0800 : 0x86dd;
  return Buffer.concat([Buffer.from([...macs, ...tagged, ...u16(type), ...header, ...tcp]), data]);
}

function echo(magic: string, type: number, text: string): Buffer {
  const header = Buffer.from([0, ...Buffer.from(magic), ...u32(type), ...u32(text.length)]);
  return Buffer.concat([header, Buffer.from(text)]);
}

function frames(conversation: Conversation, text: string, port: number): Buffer[] {
  const none = Buffer.alloc(0);
  const request = echo('REQ', 16, text);
  return [
    frame(conversation, port, true, 0x02, 0, none),
    frame(conversation, port, false, 0x12, 0, none),
    frame(conversation, port, true, 0x10, 1, none),
    frame(conversation, port, true, 0x18, 1, request),
    frame(conversation, port, false, 0x18, 1, echo('RES', 17, text)),
    frame(conversation, port, true, 0x11, 1 + request.length, none),
    frame(conversation, port, false, 0x11, 1 + request.length, none),
  ];
}

const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)');
const sendto = libc.func(
  'long sendto(int fd, void *bytes, size_t length, int flags, void *address, uint32_t size)',
);
const nameToIndex = libc.func('uint if_nametoindex(const char *name)');

const [device, ...names] = process.argv.slice(2);
const fd = socket(AF_PACKET, SOCK_RAW, 0);
// struct sockaddr_ll: family, protocol, interface index, and fields that the kernel ignores.
const address = Buffer.alloc(20);
address.writeUInt16LE(AF_PACKET, 0);
address.writeInt32LE(nameToIndex(device), 4);
for (const [index, name] of names.entries()) {
  for (const bytes of frames(CONVERSATIONS[name], name, 40000 + index)) {
    const sent = sendto(fd, bytes, bytes.length, 0, address, address.length);
    if (Number(sent) !== bytes.length) throw new Error(`a frame is not sent: errno ${koffi.errno()}`);
  }
}
