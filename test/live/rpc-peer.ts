/**
 * RPC calls of the procedure PING of GLUSTER_DUMP over plain sockets:
 *   server PORT DELAY_MS        answers calls with an even xid after a delay, until it is killed
 *   client HOST PORT XID...     sends calls, prints `sent`, and stays connected until it is killed
 */
import { connect, createServer } from 'node:net';

const LAST_FRAGMENT = 0x80000000;

function record(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + words.length * 4);
  bytes.writeUInt32BE(LAST_FRAGMENT + words.length * 4, 0);
  for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, 4 + i * 4);
  return bytes;
}

/** RFC 5531: xid, CALL, version, program, its version, procedure, credential and verifier (AUTH_NONE). */
const call = (xid: number) => record(xid, 0, 2, 123451501, 1, 2, 0, 0, 0, 0);
/** xid, REPLY, MSG_ACCEPTED, verifier, SUCCESS; op_ret, op_errno, no dictionary. */
const reply = (xid: number) => record(xid, 1, 0, 0, 0, 0, 0, 0, 0);

const [mode, ...args] = process.argv.slice(2);
if (mode === 'server') {
  createServer({ noDelay: true }, (socket) => {
    let pending = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (const size = call(0).length; pending.length >= size; pending = pending.subarray(size)) {
        const xid = pending.readUInt32BE(4);
        if (xid % 2 === 0) setTimeout(() => socket.write(reply(xid)), Number(args[1]));
      }
    });
  }).listen(Number(args[0]), '::', () => process.stdout.write('ready\n'));
} else {
  const socket = connect({ host: args[0], port: Number(args[1]), noDelay: true });
  socket.resume();
  socket.once('connect', () => {
    socket.write(Buffer.concat(args.slice(2).map((xid) => call(Number(xid)))), () =>
      process.stdout.write('sent\n'),
    );
  });
}
