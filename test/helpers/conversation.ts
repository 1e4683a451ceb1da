/** A capture file of one TCP connection over IPv4, from 10.0.0.2:40000 to 10.0.0.1. */

const Flags = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

const CLIENT = [10, 0, 0, 2];
const SERVER = [10, 0, 0, 1];
const CLIENT_PORT = 40000;
const NANOSECOND_PCAP = 0xa1b23c4d;
const VERSION = 0x00040002;
const RAW_IP = 101;

/** The bytes of a message, and whether the client sends it. */
export type Message = readonly [toServer: boolean, bytes: Uint8Array];

class Conversation {
  private readonly port: number;
  private readonly next = { client: 0, server: 0 };
  readonly records: Buffer[] = [];

  constructor(port: number) {
    this.port = port;
  }

  send(toServer: boolean, flags: number, payload: Uint8Array = new Uint8Array(0)): void {
    const sender = toServer ? 'client' : 'server';
    const bytes = Buffer.alloc(40 + payload.length);
    bytes.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6]);
    bytes.writeUInt16BE(bytes.length, 2);
    bytes.set(toServer ? [...CLIENT, ...SERVER] : [...SERVER, ...CLIENT], 12);
    bytes.writeUInt16BE(toServer ? CLIENT_PORT : this.port, 20);
    bytes.writeUInt16BE(toServer ? this.port : CLIENT_PORT, 22);
    bytes.writeUInt32BE(this.next[sender], 24);
    bytes.writeUInt32BE(toServer ? this.next.server : this.next.client, 28);
    bytes.set([0x50, flags, 0x20], 32);
    bytes.set(payload, 40);
    this.next[sender] += payload.length + ((flags & (Flags.syn | Flags.fin)) !== 0 ? 1 : 0);
    const header = Uint32Array.of(1 + this.records.length, 0, bytes.length, bytes.length);
    this.records.push(Buffer.concat([Buffer.from(header.buffer), bytes]));
  }
}

/** The handshake, these messages, and an end by FIN or RST. */
export function captureOf(port: number, messages: readonly Message[], end: 'fin' | 'rst' = 'fin'): Buffer {
  const conversation = new Conversation(port);
  conversation.send(true, Flags.syn);
  conversation.send(false, Flags.syn | Flags.ack);
  for (const [toServer, bytes] of messages) conversation.send(toServer, Flags.ack, bytes);
  if (end === 'rst') conversation.send(true, Flags.rst | Flags.ack);
  else for (const toServer of [false, true]) conversation.send(toServer, Flags.fin | Flags.ack);
  const header = Uint32Array.of(NANOSECOND_PCAP, VERSION, 0, 0, 65535, RAW_IP);
  return Buffer.concat([Buffer.from(header.buffer), ...conversation.records]);
}
