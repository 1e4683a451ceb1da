// Time from packet to line on an idle machine: the timestamp of each line against the wall clock when the line comes
// out of the pipe.
//
//   scripts/bench/run latency [--requests 200] [--rounds 2]
//
// Needs root. Makes a network namespace and removes it. A server answers ECHO_REQ with ECHO_RES over the loopback; a
// client sends a request every 10 to 20 ms, at random so that it does not run in step with the kernel's block timer.
// Each request gives two lines. The libpcap engine runs with its default --read-timeout of 20ms and with 1ms. The cap
// engine stamps a packet in its callback, so that its figures leave out the time before.
import { createConnection, createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { newClock, timeOf } from './clock.js';
import {
  describeMachine,
  namespace,
  needLab,
  parseLine,
  percentile,
  printTable,
  skip,
  sleep,
  start,
  startWiretail,
} from './lab.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '2' },
    /** Internal: runs the server and its client. */
    talk: { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const rounds = Number(values.rounds);
const PORT = 4730;
const HEADER = 12;
const ECHO_REQ = 16;
const ECHO_RES = 17;
const VARIANTS = [
  { name: 'libpcap 20ms', args: ['--engine', 'libpcap', '--read-timeout', '20ms'] },
  { name: 'cap', args: ['--engine', 'cap'] },
  { name: 'libpcap 1ms', args: ['--engine', 'libpcap', '--read-timeout', '1ms'] },
];

function gearman(magic: string, type: number, data: Buffer) {
  const packet = Buffer.alloc(HEADER + data.length);
  packet.write(`\0${magic}`, 'latin1');
  packet.writeUInt32BE(type, 4);
  packet.writeUInt32BE(data.length, 8);
  data.copy(packet, HEADER);
  return packet;
}

/** Calls `take` with type and data of each packet of a socket. */
function packetsOf(socket: import('node:net').Socket, take: (type: number, data: Buffer) => void) {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt32BE(8)) {
      const end = HEADER + rest.readUInt32BE(8);
      take(rest.readUInt32BE(4), rest.subarray(HEADER, end));
      rest = rest.subarray(end);
    }
  });
}

/** The server and its client, in a process of their own. */
async function talk() {
  const server = createServer((socket) => {
    packetsOf(socket, (type, data) => {
      if (type === ECHO_REQ) socket.write(gearman('RES', ECHO_RES, data));
    });
  });
  await new Promise((resolve) => server.listen(PORT, '127.0.0.1', () => resolve(undefined)));
  const socket = createConnection(PORT, '127.0.0.1').setNoDelay(true);
  let answers = 0;
  packetsOf(socket, () => answers++);
  for (let i = 0; i < requests; i++) {
    socket.write(gearman('REQ', ECHO_REQ, Buffer.from(`request ${i}`)));
    await sleep(10 + Math.random() * 10);
  }
  while (answers < requests) await sleep(5);
  socket.destroy();
  server.close();
}

async function run(where: string, args: string[]) {
  const now = newClock();
  const late: number[] = [];
  const take = (text: string) => {
    const read = now();
    const line = parseLine(text);
    if (line.event.dataset === 'gearman.packet') late.push(read - timeOf(line['@timestamp']));
  };
  const wiretail = await startWiretail(where, ['-i', 'lo', '-f', `tcp port ${PORT}`, ...args], take);
  if (typeof wiretail === 'string') return wiretail;
  await sleep(300);
  const talker = start(
    where,
    [process.execPath, process.argv[1], ...process.argv.slice(2), '--talk'],
    ['ignore', 'ignore', 'inherit'],
  );
  const code = await new Promise((resolve) => talker.on('exit', resolve));
  if (code !== 0) throw new Error('the echo server or its client failed');
  await sleep(200);
  await wiretail.stop();
  return late;
}

async function bench() {
  needLab();
  const where = namespace('l');
  describeMachine();
  console.log(`inputs     ${requests} ECHO_REQ a run over the loopback, every 10 to 20 ms, ${rounds} rounds`);
  const rows = [['us from packet to line', 'lines', 'p50', 'p90', 'p99', 'max']];
  const missing = new Set();
  for (let round = 1; round <= rounds; round++) {
    for (const { name, args } of VARIANTS) {
      if (missing.has(name)) continue;
      const late = await run(where, args);
      if (typeof late === 'string') {
        console.log(`skipped: ${name}: ${late}`);
        missing.add(name);
        continue;
      }
      const figures = [50, 90, 99, 100].map((p) => percentile(late, p)?.toFixed(0) ?? '-');
      rows.push([`${name} ${round}`, `${late.length}/${requests * 2}`, ...figures]);
    }
  }
  if (missing.size === VARIANTS.length) skip('no engine could capture');
  console.log();
  printTable(rows);
}

if (values.talk) await talk();
else {
  await bench();
  process.exit(0);
}
