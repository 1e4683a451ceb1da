/** A connection to a gearmand over a plain socket, with a transcript of what it sent and received. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type CommandSeen, PAYLOAD_SHOWN, type PacketSeen, splitData, TYPES } from './transcript.js';

export const packets: PacketSeen[] = [];
export const commands: CommandSeen[] = [];

export type Arguments = Readonly<Record<string, string | number>>;

function packetOf(name: string, args: Arguments, payload: Uint8Array | string | undefined): Buffer {
  const type = TYPES.find((row) => row.name === name);
  if (type === undefined) throw new Error(`no type ${name}`);
  const parts = type.arguments.map((argument) => Buffer.from(String(args[argument])));
  if (type.payload) parts.push(Buffer.from(payload ?? ''));
  const data = Buffer.concat(
    parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from([0]), part])),
  );
  const header = Buffer.alloc(12);
  header.write('\0REQ', 'latin1');
  header.writeUInt32BE(type.id, 4);
  header.writeUInt32BE(data.length, 8);
  return Buffer.concat([header, data]);
}

export class Connection {
  readonly socket: Socket;
  port = 0;
  #received: Buffer = Buffer.alloc(0);
  /** Called when bytes arrive. */
  #arrived: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async open(port = 4730): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const self = new Connection(socket);
    socket.on('data', (chunk) => {
      self.#received = Buffer.concat([self.#received, chunk]);
      self.#arrived();
    });
    await once(socket, 'connect');
    self.port = socket.localPort ?? 0;
    return self;
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const last = `${packets.at(-1)?.type} ${commands.at(-1)?.command}`;
      const timer = setTimeout(() => reject(new Error(`gearmand does not answer; so far: ${last}`)), 5000);
      this.#arrived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  note(from: 'client' | 'server', packet: Buffer): PacketSeen {
    const id = packet.readUInt32BE(4);
    const type = TYPES.find((row) => row.id === id);
    if (type === undefined) throw new Error(`type ${id} came`);
    const { arguments: args, payload } = splitData(type, packet.subarray(12));
    const seen: PacketSeen = {
      port: this.port,
      from,
      magic: packet.toString('latin1', 1, 4) as 'REQ' | 'RES',
      type: type.name,
      size: packet.length - 12,
      arguments: args,
      ...(payload === undefined
        ? {}
        : { payload: { bytes: payload.length, hex: payload.toString('hex', 0, PAYLOAD_SHOWN) } }),
    };
    packets.push(seen);
    return seen;
  }

  /** Builds a packet for the caller to write. */
  packet(name: string, args: Arguments = {}, payload?: Uint8Array | string): Buffer {
    const packet = packetOf(name, args, payload);
    this.note('client', packet);
    return packet;
  }

  send(name: string, args: Arguments = {}, payload?: Uint8Array | string): void {
    this.socket.write(this.packet(name, args, payload));
  }

  async receive(): Promise<PacketSeen> {
    for (;;) {
      const size =
        this.#received.length >= 12 ? 12 + this.#received.readUInt32BE(8) : Number.POSITIVE_INFINITY;
      if (this.#received.length >= size) {
        const packet = this.#received.subarray(0, size);
        this.#received = this.#received.subarray(size);
        return this.note('server', packet);
      }
      await this.#wait();
    }
  }

  /** Receives until a packet of one of these types arrives. */
  async until(...names: string[]): Promise<PacketSeen> {
    for (;;) {
      const packet = await this.receive();
      if (names.includes(packet.type)) return packet;
    }
  }

  async #receiveLine(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf(10);
      if (end >= 0) {
        const line = this.#received.toString('utf8', 0, end).replace(/\r$/, '');
        this.#received = this.#received.subarray(end + 1);
        return line;
      }
      await this.#wait();
    }
  }

  /** Sends commands in one write, and receives their responses: a line, or rows up to a dot. */
  async command(...requests: (readonly [line: string, rows: boolean, end?: string])[]): Promise<void> {
    this.socket.write(requests.map(([line, , end]) => line + (end ?? '\n')).join(''));
    for (const [line, rows] of requests) await this.answer(line, rows);
  }

  async answer(line: string, rows: boolean): Promise<void> {
    const response = [await this.#receiveLine()];
    if (rows) {
      while (response.at(-1) !== '.') response.push(await this.#receiveLine());
      response.pop();
    }
    const words = line.split(' ');
    const known = ['show unique jobs', 'show jobs', 'cancel job', 'create function', 'drop function'].find(
      (name) => line.toLowerCase().startsWith(name),
    );
    const length = known === undefined ? 1 : known.split(' ').length;
    commands.push({
      port: this.port,
      line,
      command: words.slice(0, length).join(' ').toLowerCase(),
      arguments: words.slice(length),
      response,
    });
  }

  async close(): Promise<void> {
    this.socket.end();
    await once(this.socket, 'close');
  }
}
