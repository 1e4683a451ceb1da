/**
 * Gearman echoes over plain sockets, without gearmand:
 *   server PORT                        answers each ECHO_REQ on all addresses, until it is killed
 *   client HOST PORT TEXT              sends one ECHO_REQ and waits for its response
 *   paced HOST PORT COUNT GAP_MS       sends them one at a time; prints their times (ms since the epoch)
 *   flood HOST PORT SECONDS BYTES [ROUNDS]   sends them as fast as possible over several connections, a window per round
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const HEADER = 12;
const ECHO_REQ = 16;
const ECHO_RES = 17;
const CONNECTIONS = 4;
/** Bytes in flight on each connection. */
const WINDOW = 256 << 10;

function echo(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write('\0REQ', 'latin1');
  header.writeUInt32BE(ECHO_REQ, 4);
  header.writeUInt32BE(payload.length, 8);
  return Buffer.concat([header, payload]);
}

/** Turns requests into responses in place, however they are split into chunks. */
function newResponder(): (chunk: Buffer) => Buffer {
  const head = Buffer.alloc(HEADER);
  let filled = 0;
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const length = Math.min(left, chunk.length - at);
        left -= length;
        at += length;
        continue;
      }
      if (filled === 3) chunk[at] = 'S'.charCodeAt(0);
      else if (filled === 7) chunk[at] = ECHO_RES;
      head[filled++] = chunk[at++];
      if (filled < HEADER) continue;
      left = head.readUInt32BE(8);
      filled = 0;
    }
    return chunk;
  };
}

async function open(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Waits until this many bytes have arrived. */
async function take(socket: Socket, bytes: number): Promise<void> {
  for (let got = 0; got < bytes; ) got += (await once(socket, 'data'))[0].length;
}

const [mode, ...args] = process.argv.slice(2);
if (mode === 'server') {
  createServer({ noDelay: true }, (socket) => {
    const respond = newResponder();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (!socket.write(respond(chunk))) {
        socket.pause();
        socket.once('drain', () => socket.resume());
      }
    });
  }).listen(Number(args[0]), '::', () => process.stdout.write('ready\n'));
} else {
  const [host, port, third, fourth, fifth = Infinity] = [args[0], Number(args[1]), ...args.slice(2)];
  if (mode === 'client') {
    setTimeout(() => process.exit(1), 5000).unref();
    const socket = await open(host, port);
    const packet = echo(Buffer.from(third));
    socket.write(packet);
    await take(socket, packet.length);
    socket.end();
  } else if (mode === 'paced') {
    const socket = await open(host, port);
    const sent: number[] = [];
    for (let i = 0; i < Number(third); i++) {
      await sleep(Number(fourth));
      const packet = echo(Buffer.from(String(i)));
      sent.push(performance.timeOrigin + performance.now());
      socket.write(packet);
      await take(socket, packet.length);
    }
    socket.end();
    process.stdout.write(`${JSON.stringify(sent)}\n`);
  } else if (mode === 'flood') {
    const deadline = Date.now() + Number(third) * 1000;
    const packet = echo(Buffer.alloc(Number(fourth), 'x'));
    const batch = Buffer.concat(Array.from({ length: Math.ceil(WINDOW / packet.length) }, () => packet));
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const socket = await open(host, port);
        for (let round = 0; Date.now() < deadline && round < Number(fifth); round++) {
          socket.write(batch);
          await take(socket, batch.length);
        }
        socket.destroy();
      }),
    );
  }
}
