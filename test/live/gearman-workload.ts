/**
 * A client, a worker and an administrator of the gearmand at 127.0.0.1:4730, over plain sockets: most of
 * the protocol in two seconds. It prints the transcript of what it sent and received as JSON.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandSeen,
  CUT_IN_MAGIC,
  PAYLOAD_SHOWN,
  type PacketSeen,
  splitData,
  TYPES,
} from './transcript.js';

const packets: PacketSeen[] = [];
const commands: CommandSeen[] = [];

type Arguments = Readonly<Record<string, string | number>>;

function packetOf(name: string, args: Arguments, payload: Uint8Array | string | undefined): Buffer {
  const type = TYPES.find((one) => one.name === name);
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

class Connection {
  readonly socket: Socket;
  port = 0;
  #received: Buffer = Buffer.alloc(0);
  /** Called when something came. */
  #came: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async open(): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port: 4730, noDelay: true });
    const self = new Connection(socket);
    socket.on('data', (chunk) => {
      self.#received = Buffer.concat([self.#received, chunk]);
      self.#came();
    });
    await once(socket, 'connect');
    self.port = socket.localPort ?? 0;
    return self;
  }

  async #wait(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const last = `${packets.at(-1)?.type} ${commands.at(-1)?.command}`;
      const timer = setTimeout(() => reject(new Error(`gearmand does not answer; so far: ${last}`)), 5000);
      this.#came = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  note(from: 'client' | 'server', packet: Buffer): PacketSeen {
    const id = packet.readUInt32BE(4);
    const type = TYPES.find((one) => one.id === id);
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

  /** Makes a packet that is about to be written by hand. */
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

  /** Receives until a packet of this type has come. */
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

  /** Sends commands in one piece, and takes their responses: one line, or rows up to a lone dot. */
  async ask(...asked: (readonly [line: string, rows: boolean, end?: string])[]): Promise<void> {
    this.socket.write(asked.map(([line, , end]) => line + (end ?? '\n')).join(''));
    for (const [line, rows] of asked) await this.answer(line, rows);
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

const client = await Connection.open();
const worker = await Connection.open();
const admin = await Connection.open();

async function submit(name: string, args: Arguments, payload: Uint8Array | string): Promise<string> {
  client.send(name, args, payload);
  return String((await client.until('JOB_CREATED')).arguments.handle);
}

async function grab(how = 'GRAB_JOB'): Promise<string> {
  worker.send(how);
  return String((await worker.until('JOB_ASSIGN', 'JOB_ASSIGN_UNIQ', 'JOB_ASSIGN_ALL')).arguments.handle);
}

/** Whatever the server had to say on this connection has been said. */
async function settled(connection: Connection): Promise<void> {
  connection.send('ECHO_REQ', {}, 'settled?');
  await connection.until('ECHO_RES');
}

// Abilities, an empty queue, sleep.
worker.send('SET_CLIENT_ID', { client_id: 'worker-é-1' });
worker.send('CAN_DO', { function: 'reverse' });
worker.send('CAN_DO_TIMEOUT', { function: 'slow', timeout: 30 });
worker.send('CAN_DO', { function: 'gone' });
worker.send('CANT_DO', { function: 'gone' });
worker.send('GRAB_JOB');
await worker.until('NO_JOB');
worker.send('PRE_SLEEP');

// Echoes: NULs, no UTF-8, nothing, in pieces, many in one write.
client.send('ECHO_REQ', {}, Buffer.from('a\0b\0\0c', 'latin1'));
await client.until('ECHO_RES');
client.send('ECHO_REQ', {}, Buffer.from([0xff, 0xfe, 0, 1, 2]));
await client.until('ECHO_RES');
client.send('ECHO_REQ', {}, '');
await client.until('ECHO_RES');
for (const [payload, ...ends] of [
  ['in pieces, header and all', 5, 11, 20],
  [CUT_IN_MAGIC, 3, 11],
] as const) {
  const packet = client.packet('ECHO_REQ', {}, payload);
  let at = 0;
  for (const end of [...ends, packet.length]) {
    client.socket.write(packet.subarray(at, end));
    at = end;
    await sleep(15);
  }
  await client.until('ECHO_RES');
}
client.socket.write(
  Buffer.concat(
    Array.from({ length: 30 }, (_, i) => client.packet('ECHO_REQ', {}, `${i}\0${'x'.repeat(i)}`)),
  ),
);
for (let i = 0; i < 30; i++) await client.until('ECHO_RES');
client.send('ECHO_REQ', {}, Buffer.alloc(300000, 'large '));
await client.until('ECHO_RES');

// Options.
client.send('OPTION_REQ', { option: 'exceptions' });
await client.until('OPTION_RES');
client.send('OPTION_REQ', { option: 'no-such' });
await client.until('ERROR');

// A job with everything on its way.
const first = await submit('SUBMIT_JOB', { function: 'reverse', unique_id: 'uniq-1' }, 'pay\0load');
await worker.until('NOOP');
await grab();
client.send('GET_STATUS', { handle: first });
await client.until('STATUS_RES');
worker.send('WORK_STATUS', { handle: first, numerator: 1, denominator: 4 });
await client.until('WORK_STATUS');
worker.send('WORK_DATA', { handle: first }, 'part\0one');
await client.until('WORK_DATA');
worker.send('WORK_WARNING', { handle: first }, 'careful');
await client.until('WORK_WARNING');
client.send('GET_STATUS_UNIQUE', { unique_id: 'uniq-1' });
await client.until('STATUS_RES_UNIQUE');
worker.send('WORK_COMPLETE', { handle: first }, 'dao\0lyap');
await client.until('WORK_COMPLETE');
client.send('GET_STATUS', { handle: 'H:none:1' });
await client.until('STATUS_RES');
client.send('GET_STATUS_UNIQUE', { unique_id: 'no-such' });
await client.until('STATUS_RES_UNIQUE');

// Failures.
const second = await submit('SUBMIT_JOB_HIGH', { function: 'slow', unique_id: 'uniq-2' }, 'x');
await grab('GRAB_JOB_UNIQ');
worker.send('WORK_EXCEPTION', { handle: second }, 'boom \0 at line 1');
await client.until('WORK_EXCEPTION');
worker.send('WORK_FAIL', { handle: second });
await settled(worker);
await settled(client);
const third = await submit('SUBMIT_JOB_LOW', { function: 'reverse', unique_id: '' }, 'no unique id');
await grab('GRAB_JOB_ALL');
worker.send('WORK_FAIL', { handle: third });
await client.until('WORK_FAIL');
worker.send('WORK_COMPLETE', { handle: 'H:none:9' }, 'of no job');
await worker.until('ERROR');

// In the background, in every priority and way of asking.
for (const [type, how] of [
  ['SUBMIT_JOB_BG', 'GRAB_JOB'],
  ['SUBMIT_JOB_HIGH_BG', 'GRAB_JOB_UNIQ'],
  ['SUBMIT_JOB_LOW_BG', 'GRAB_JOB_ALL'],
]) {
  const handle = await submit(type, { function: 'reverse', unique_id: `u-${type}` }, 'back\0ground');
  await grab(how);
  worker.send('WORK_COMPLETE', { handle }, '');
}
const reduce = { function: 'reverse', unique_id: 'u-reduce', reducer: 'sum', aggregate: 0 };
const reduced = await submit('SUBMIT_REDUCE_JOB', { ...reduce }, 'a b\0c');
await grab('GRAB_JOB_ALL');
worker.send('WORK_DATA', { handle: reduced }, 'part');
await client.until('WORK_DATA');
worker.send('WORK_COMPLETE', { handle: reduced }, 'all of it');
await client.until('WORK_COMPLETE');
const back = await submit('SUBMIT_REDUCE_JOB_BACKGROUND', { ...reduce, unique_id: 'u-reduce-bg' }, 'a');
await grab('GRAB_JOB_ALL');
worker.send('WORK_COMPLETE', { handle: back }, 'b');
await submit(
  'SUBMIT_JOB_EPOCH',
  { function: 'reverse', unique_id: 'u-epoch', epoch: 4102444800 },
  'year 2100',
);
const schedule = { minute: 1, hour: 2, day_of_month: 31, month: 12, day_of_week: 6 };
client.send('SUBMIT_JOB_SCHED', { function: 'reverse', unique_id: 'u-sched', ...schedule }, 'cron');
await client.until('ERROR');

// The text protocol: one by one, in one piece, and on a connection that speaks binary too.
await admin.ask(['version', false]);
await admin.ask(['STATUS', true]);
await admin.ask(['workers', true], ['prioritystatus', true], ['show jobs', true], ['show unique jobs', true]);
await admin.ask(['maxqueue reverse 100 50 20', false], ['getpid', false], ['verbose', false]);
await admin.ask(['create function made', false, '\r\n'], ['drop function made', false]);
await admin.ask(['cancel job H:none:7', false], ['nonsense here', false], ['drop function no-such', false]);
const mixed = await Connection.open();
await mixed.ask(['version', false]);
mixed.send('ECHO_REQ', {}, 'binary after text');
await mixed.until('ECHO_RES');
await mixed.ask(['status', true]);
const behind = mixed.packet('ECHO_REQ', {}, 'behind a command, in one segment');
mixed.socket.write(Buffer.concat([Buffer.from('getpid\n'), behind]));
await mixed.answer('getpid', false);
await mixed.until('ECHO_RES');

worker.send('RESET_ABILITIES');
worker.send('GRAB_JOB');
await worker.until('NO_JOB');
await settled(worker);
await settled(client);
for (const connection of [client, worker, admin, mixed]) await connection.close();
process.stdout.write(`${JSON.stringify({ packets, commands })}\n`);
