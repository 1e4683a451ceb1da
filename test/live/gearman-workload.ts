/**
 * A client, a worker and an administrator of the gearmand on 127.0.0.1:4730, over plain sockets: most of the protocol
 * in two seconds. It prints its transcript as JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Arguments, Connection, commands, packets } from './gearman-connection.js';
import { CUT_IN_MAGIC } from './transcript.js';

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

/** Waits until the server has sent all that is pending on this connection. */
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

// Echoes: NULs, not UTF-8, empty, in segments, many in one write.
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

// A job with all progress packets.
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

// Background jobs of every priority, grabbed in every way.
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

// The text protocol: single commands, pipelined ones, and on a connection with binary packets.
await admin.command(['version', false]);
await admin.command(['STATUS', true]);
await admin.command(
  ['workers', true],
  ['prioritystatus', true],
  ['show jobs', true],
  ['show unique jobs', true],
);
await admin.command(['maxqueue reverse 100 50 20', false], ['getpid', false], ['verbose', false]);
await admin.command(['create function made', false, '\r\n'], ['drop function made', false]);
await admin.command(
  ['cancel job H:none:7', false],
  ['nonsense here', false],
  ['drop function no-such', false],
);
const mixed = await Connection.open();
await mixed.command(['version', false]);
mixed.send('ECHO_REQ', {}, 'binary after text');
await mixed.until('ECHO_RES');
await mixed.command(['status', true]);
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
