/**
 * A real gearmand, its tools and a workload of our own, captured by both engines and by tcpdump at the same time. The
 * live captures, the file, tshark and the transcript of the workload must agree on the packets.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createNetns, type Netns, whyNoNetns } from '../helpers/netns.js';
import {
  type Capture,
  ended,
  finalStats,
  type Line,
  linesOf,
  startCapture,
  until,
  wiretail,
} from '../helpers/wiretail.js';
import { listening } from './gearman-server.js';
import { PAYLOAD_SHOWN, type PacketSeen, type Transcript, TYPES } from './transcript.js';
import { type FramedPacket, KNOWN_COMMANDS, knownFaults, readWithTshark } from './tshark.js';

const PORT = 4730;
const WORKLOAD = fileURLToPath(new URL('./gearman-workload.js', import.meta.url));
const skip = whyNoNetns('gearmand', 'gearman', 'gearadmin', 'tcpdump', 'tshark');
const OPTIONS = ['--payload-bytes', String(PAYLOAD_SHOWN)];

/** The server in the background, and its tools one after the other. */
async function useTools(netns: Netns): Promise<void> {
  const worker = netns.spawn('gearman', ['-w', '-c', '3', '-f', 'upper', '--', 'tr', 'a-z', 'A-Z']);
  const end = ended(worker);
  assert.equal(netns.run('gearman', ['-f', 'upper', 'some text']), 'SOME TEXT');
  netns.run('gearman', ['-f', 'upper', '-b', '-u', 'unique-1', 'in the background']);
  netns.run('gearman', ['-f', 'upper', '-I', 'urgent']);
  await end;
  netns.run('gearadmin', ['--status', '--workers', '--show-jobs', '--server-version']);
  netns.run('gearadmin', ['--create-function', 'made']);
  // A capture that has this last command has everything.
  netns.run('gearadmin', ['--drop-function', 'made']);
}

interface Seen {
  readonly lines: readonly Line[];
  readonly packets: readonly (PacketSeen & { readonly frame: number })[];
  readonly commands: readonly CommandLine[];
}

interface CommandLine {
  readonly port: number;
  /** The packets with the last bytes of the command and of its response; files only. */
  readonly numbers: { readonly number: number; readonly reply_number: number };
  readonly admin: { readonly [key: string]: unknown };
}

interface Endpoints {
  readonly source: { readonly port: number };
  readonly destination: { readonly port: number };
}

/** The records of packets and commands, in the form of the transcript. */
function seenIn(lines: readonly Line[]): Seen {
  const packets: FramedPacket[] = [];
  const commands: CommandLine[] = [];
  for (const line of lines) {
    const { source, destination } = line as unknown as Endpoints;
    if (line.event.dataset === 'gearman.admin') {
      const { admin } = line.gearman as { admin: CommandLine['admin'] };
      const numbers = (line.packet ?? { number: 0, reply_number: 0 }) as CommandLine['numbers'];
      commands.push({ port: source.port, admin, numbers });
    }
    if (line.event.dataset !== 'gearman.packet') continue;
    const from = destination.port === PORT ? 'client' : 'server';
    const fields = line.gearman as Record<string, string | number>;
    const { magic, type, type_id, size, payload_bytes, payload, payload_hex, ...args } = fields;
    assert.equal(type_id, TYPES.find((row) => row.name === type)?.id, `type of ${line.message}`);
    packets.push({
      port: from === 'client' ? source.port : destination.port,
      from,
      magic: magic as 'REQ' | 'RES',
      type: String(type),
      size: Number(size),
      arguments: args,
      ...(payload_bytes === undefined
        ? {}
        : {
            payload: {
              bytes: Number(payload_bytes),
              hex: String(payload_hex ?? Buffer.from(String(payload ?? '')).toString('hex')),
            },
          }),
      frame: (line.packet as { number: number } | undefined)?.number ?? 0,
    });
  }
  return { lines, packets, commands };
}

/** Packets by connection and direction: only within these is the order certain. */
function byStream(packets: readonly PacketSeen[]): Record<string, unknown[]> {
  const streams: Record<string, unknown[]> = {};
  for (const { port, from, magic, type, size, arguments: args, payload } of packets) {
    streams[`${port} from ${from}`] ??= [];
    streams[`${port} from ${from}`].push({ magic, type, size, arguments: { ...args }, payload });
  }
  return streams;
}

function byPort(commands: readonly CommandLine[]): Record<string, unknown[]> {
  const found: Record<string, unknown[]> = {};
  for (const { port, admin } of commands) {
    found[port] ??= [];
    found[port].push(admin);
  }
  return found;
}

/** The lines of a response, rebuilt from the fields of the record. */
function responseLines(admin: CommandLine['admin']): string[] {
  const rows = admin.rows as Record<string, string | number | string[]>[] | undefined;
  if (rows !== undefined) {
    return rows.map((row) =>
      admin.command === 'workers'
        ? `${row.fd} ${row.ip} ${row.client_id} :${(row.functions as string[]).map((name) => ` ${name}`).join('')}`
        : Object.values(row).join('\t'),
    );
  }
  if (admin.unique_ids !== undefined) return admin.unique_ids as string[];
  if (admin.rows_total === 0) return [];
  const value = admin.version ?? admin.verbose ?? admin.pid ?? admin.text;
  return [
    [admin.response, value, admin.error_code, admin.error_text]
      .filter((word) => word !== undefined)
      .join(' '),
  ];
}

suite('a real gearmand, captured live', { skip, timeout: 90000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-gearman-'));
  const file = join(directory, 'live.pcap');
  let transcript: Transcript;
  let begin = 0;
  let end = 0;
  const seen = new Map<string, Seen>();
  const exits = new Map<string, number | null>();
  let fromFile: Seen;
  after(() => rmSync(directory, { recursive: true, force: true }));

  before(async () => {
    const netns = createNetns();
    const server = netns.spawn(
      'gearmand',
      [`--port=${PORT}`, '--listen=127.0.0.1', '--threads=4', '--log-file=none'],
      { stdio: 'ignore' },
    );
    await listening(server.pid, 'gearmand', PORT);
    const tcpdump = netns.spawn('tcpdump', [
      ...['-i', 'lo', '-Z', 'root', '-s', '0', '-B', '65536', '--time-stamp-precision=nano'],
      ...['--immediate-mode', '-U', '-w', file, 'tcp', 'port', String(PORT)],
    ]);
    const tcpdumpEnd = ended(tcpdump);
    let output = '';
    tcpdump.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    const captures = new Map<string, Capture>();
    for (const engine of ['libpcap', 'cap']) {
      captures.set(engine, await startCapture(netns, ['-i', 'lo', '--engine', engine, ...OPTIONS]));
    }
    await until(
      () => output.includes('listening on'),
      () => `tcpdump does not capture: ${output}`,
    );
    begin = Date.now();
    transcript = JSON.parse(netns.run(process.execPath, [WORKLOAD]));
    await useTools(netns);
    for (const capture of captures.values()) {
      const isLast = (line: Line) => line.event.action === 'drop function' && /made: OK/.test(line.message);
      await until(
        () => capture.lines().filter(isLast).length === 2,
        () => `the last command is not seen; ${capture.stderr()}`,
      );
    }
    end = Date.now();
    for (let size = -1; size !== statSync(file).size; await sleep(200)) size = statSync(file).size;
    tcpdump.kill('SIGTERM');
    await tcpdumpEnd;
    assert.match(output, /\n0 packets dropped by kernel/);
    for (const [engine, capture] of captures) {
      exits.set(engine, (await capture.stop()).code);
      seen.set(engine, seenIn(capture.lines()));
    }
    const ran = wiretail(['read', file, ...OPTIONS]);
    assert.equal(ran.code, 0, ran.stderr);
    fromFile = seenIn(linesOf(ran.stdout));
  });

  test('the file has the packets that the workload sent and received', (t) => {
    const ours = new Set(transcript.packets.map((packet) => packet.port));
    const packets = fromFile.packets.filter((packet) => ours.has(packet.port));
    assert.deepEqual(byStream(packets), byStream(transcript.packets));
    const types = new Set(packets.map((packet) => packet.type));
    assert.equal(types.size, TYPES.length);
    t.diagnostic(`${packets.length} packets of ${types.size} types as the workload has them`);
  });

  test('the file has the commands of the workload and their responses', () => {
    const ours = new Set(transcript.commands.map((command) => command.port));
    const commands = fromFile.commands.filter((command) => ours.has(command.port));
    assert.deepEqual(
      commands.map(({ port, admin }) => ({
        port,
        command: admin.command,
        arguments: admin.arguments,
        response: responseLines(admin),
      })),
      transcript.commands.map(({ line: _, ...command }) => command),
    );
  });

  for (const engine of ['libpcap', 'cap']) {
    test(`engine ${engine} captured live what the file has`, (t) => {
      const live = seen.get(engine) as Seen;
      assert.equal(exits.get(engine), 0);
      assert.deepEqual(byStream(live.packets), byStream(fromFile.packets));
      assert.deepEqual(byPort(live.commands), byPort(fromFile.commands));
      const stats = finalStats(live.lines);
      const { seen: packets, decoded, ignored, dropped, waiting } = stats.packets;
      assert.deepEqual({ ignored, dropped, waiting }, { ignored: 0, dropped: 0, waiting: 0 });
      assert.equal(packets, decoded);
      assert.equal(packets, finalStats(fromFile.lines).packets.seen);
      assert.deepEqual(
        live.lines.filter((line) => line.event.dataset === 'wiretail.anomaly'),
        [],
      );
      for (const line of live.lines.slice(1, -1)) {
        const time = Date.parse(line['@timestamp']);
        assert.ok(time >= begin - 1 && time <= end + 1, `time of ${line.message}`);
        assert.ok((line.event.duration ?? 0) < 10e9, `duration of ${line.message}`);
      }
      t.diagnostic(`${engine}: ${live.packets.length} packets and ${live.commands.length} commands`);
    });
  }

  test('tshark agrees on the file, except for its known faults', (t) => {
    const view = readWithTshark(file, PORT);
    const textFrames = new Set<string>();
    for (const { port, numbers } of fromFile.commands) {
      textFrames.add(`${port} client ${numbers.number}`).add(`${port} server ${numbers.reply_number}`);
    }
    const faults = knownFaults(textFrames);
    const applied = new Map(faults.map((fault) => [fault.reason, 0]));
    const expected: FramedPacket[] = [];
    let equal = 0;
    for (const packet of fromFile.packets) {
      let shown: FramedPacket | undefined = packet;
      for (const fault of faults) {
        if (shown === undefined || !fault.applies(shown)) continue;
        shown = fault.shows(shown);
        applied.set(fault.reason, (applied.get(fault.reason) ?? 0) + 1);
      }
      if (shown === packet) equal++;
      if (shown !== undefined) expected.push(shown);
    }
    assert.deepEqual(byStream(view.packets), byStream(expected));
    assert.deepEqual(
      view.packets.map((packet) => packet.frame),
      expected.map((packet) => packet.frame),
    );
    for (const [reason, times] of applied) assert.ok(times > 0, `tshark no longer ${reason}`);

    const lines = new Map(transcript.commands.map(({ port, command, line }) => [`${port} ${command}`, line]));
    let last = '';
    const known = fromFile.commands.flatMap(({ port, admin, numbers }) => {
      const words = [String(admin.command), ...(admin.arguments as string[])];
      const line = lines.get(`${port} ${admin.command}`) ?? words.join(' ');
      const first = last !== `${port} ${numbers.number}`;
      last = `${port} ${numbers.number}`;
      return first && KNOWN_COMMANDS.includes(line) ? [{ frame: numbers.number, command: line }] : [];
    });
    assert.deepEqual(view.commands, known);
    t.diagnostic(
      `${fromFile.packets.length} packets: ${equal} equal in tshark, ${fromFile.packets.length - equal} as its faults have them`,
    );
    for (const [reason, times] of applied) t.diagnostic(`${times} times tshark ${reason}`);
    t.diagnostic(`${known.length} of ${fromFile.commands.length} commands known to tshark`);
  });
});
