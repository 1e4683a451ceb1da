/**
 * Compares all fields of Gearman with tshark's, in all captures, in both directions. Where they differ, tshark is wrong
 * for one of the reasons in the table. Any other difference fails.
 *
 * (tshark 4.0.17; its dissector is epan/dissectors/packet-gearman.c.)
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureNames, capturePath } from '../helpers/captures.js';
import {
  COMMAND,
  type Fields,
  hasTshark,
  type Line,
  readLines,
  type TsharkPacket,
  tshark,
  tsharkPackets,
} from './read.js';

/** Our names of tshark's fields. */
const NAMES: Readonly<Record<string, string>> = {
  'opt.name': 'option',
  'func.name': 'function',
  client_id: 'client_id',
  client_count: 'client_count',
  uniq_id: 'unique_id',
  'func.arg': 'payload',
  'func.result': 'payload',
  echo_text: 'payload',
  'job.handle': 'handle',
  'job.known': 'known',
  'job.running': 'running',
  numerator: 'numerator',
  denominator: 'denominator',
  'submit_job_sched.minute': 'minute',
  'submit_job_sched.hour': 'hour',
  'submit_job_sched.day_of_month': 'day_of_month',
  'submit_job_sched.month': 'month',
  'submit_job_sched.day_of_week': 'day_of_week',
  'submit_job.epoch_time': 'epoch',
  reducer: 'reducer',
  'timeout.value': 'timeout',
  'err.code': 'error_code',
  'err.text': 'error_text',
};
/** Fields of the header, and of tshark's own interpretation. */
const HEADER = new Set(['magic_code', 'pkt_type', 'data_size']);
const OURS = new Set(Object.values(NAMES));

/** A difference; `undefined` on the side without a value. */
interface Difference {
  readonly what: 'packet' | 'field' | 'command';
  /** Our name of the packet's type. */
  readonly type: string;
  /** Our name of the field, or tshark's if we have none. */
  readonly name: string;
  readonly ours: Buffer | undefined;
  readonly theirs: Buffer | undefined;
  /** tshark marks the packet as malformed. */
  readonly malformed: boolean;
  /** The packet is the only one in its TCP segment. */
  readonly alone: boolean;
  /** The TCP segment with the packet's or command's last byte. */
  readonly segment: Buffer;
}

const FIVE_COMMANDS = ['workers', 'status', 'maxqueue', 'shutdown', 'version'];

function cutAtNul({ ours, theirs }: Difference): boolean {
  if (ours === undefined || theirs === undefined) return false;
  return theirs.equals(ours.subarray(0, theirs.length)) && ours[theirs.length] === 0;
}

/** Where tshark is wrong. */
const REASONS: readonly { readonly reason: string; readonly explains: (d: Difference) => boolean }[] = [
  {
    reason: 'misses packets that share TCP segments with others, or straddle them',
    explains: (d) => d.what === 'packet' && d.theirs === undefined && !d.alone,
  },
  {
    reason: "shows only the part of a packet's data before its first NUL",
    explains: (d) => d.name === 'data_content' && cutAtNul(d),
  },
  {
    reason: 'cuts a payload at its first NUL',
    explains: (d) => d.name === 'payload' && cutAtNul(d),
  },
  {
    reason: 'takes the unused fourth argument of a reduce job for the payload',
    explains: (d) => d.type.startsWith('SUBMIT_REDUCE_JOB') && d.name === 'payload',
  },
  {
    reason: 'stops before the text of an ERROR, since its last argument has no terminating NUL',
    explains: (d) => d.type === 'ERROR' && d.name === 'error_text' && d.theirs === undefined && d.malformed,
  },
  {
    reason: 'marks an empty payload as malformed',
    explains: (d) =>
      d.what === 'field' && d.name === 'payload' && d.ours?.length === 0 && !d.theirs && d.malformed,
  },
  {
    reason: 'does not decode GET_STATUS',
    explains: (d) => d.type === 'GET_STATUS' && !d.malformed && (d.name === 'handle' || d.ours === undefined),
  },
  {
    reason: 'calls the unique id of STATUS_RES_UNIQUE a job handle',
    explains: (d) => d.type === 'STATUS_RES_UNIQUE' && (d.name === 'unique_id' || d.name === 'handle'),
  },
  {
    reason: 'shows nothing of a packet with too few arguments',
    explains: (d) =>
      d.type === 'SUBMIT_JOB' && d.name === 'function' && d.theirs === undefined && d.malformed,
  },
  {
    reason: 'has no field for the data of an unknown type',
    explains: (d) => d.type === 'UNKNOWN' && (d.name === 'payload' || d.name === 'pkt_type.unknown'),
  },
  {
    reason: 'decodes five commands of the text protocol, without arguments and in lower case',
    explains: ({ what, segment, ours, theirs }) => {
      if (what !== 'command' || ours === undefined || theirs !== undefined) return false;
      const command = ours.toString();
      const lines = segment.toString('latin1').split(/\r?\n/);
      const spelled = lines.some((line) => line.toLowerCase().startsWith(command));
      return spelled && !(FIVE_COMMANDS.includes(command) && lines.includes(command));
    },
  },
  {
    reason: 'misses commands split over several TCP segments',
    explains: ({ what, segment, theirs }) =>
      what === 'command' && theirs === undefined && segment[0] === 0x0a,
  },
];

interface Comparison {
  packets: number;
  /** Packets whose data, rebuilt from our fields, equal the bytes of the segment. */
  whole: number;
  fields: number;
  commands: number;
  readonly explained: Map<string, number>;
  readonly unexplained: string[];
}

const total: Comparison = {
  packets: 0,
  whole: 0,
  fields: 0,
  commands: 0,
  explained: new Map(),
  unexplained: [],
};

const skip = hasTshark() ? false : 'tshark is not installed';

for (const name of captureNames('gm-')) {
  test(`${name}: the fields are tshark's`, { skip }, async (t) => {
    const comparison = await compare(name);
    t.diagnostic(`${name}: ${words(comparison)}`);
    add(comparison);
    assert.deepEqual(comparison.unexplained, []);
    assert.ok(comparison.packets > 0);
  });
}

test('the comparison covers many packets, fields and commands', { skip }, (t) => {
  t.diagnostic(`all captures: ${words(total)}`);
  assert.ok(total.packets > 12000 && total.fields > 25000 && total.commands > 10);
});

function words({ packets, whole, fields, commands, explained }: Comparison): string {
  const equal = `equal: ${packets} packets, ${fields} of their fields, ${commands} commands; ${whole} packets equal to their segments byte for byte`;
  return [equal, ...[...explained].map(([reason, count]) => `${count}: ${reason}`)].join('; ');
}

function add({ packets, whole, fields, commands, explained }: Comparison): void {
  total.whole += whole;
  total.packets += packets;
  total.fields += fields;
  total.commands += commands;
  for (const [reason, count] of explained)
    total.explained.set(reason, (total.explained.get(reason) ?? 0) + count);
}

async function compare(name: string): Promise<Comparison> {
  const comparison: Comparison = {
    packets: 0,
    whole: 0,
    fields: 0,
    commands: 0,
    explained: new Map(),
    unexplained: [],
  };
  const lines = await readLines(name, '--view', 'messages', '--payload-bytes', '65536', '--max-line', '0');
  const theirs = tsharkPackets(name);
  const segments = tcpPayloads(name);
  const differ = (where: string, difference: Difference) => {
    const reason = REASONS.find(({ explains }) => explains(difference))?.reason;
    if (reason !== undefined) comparison.explained.set(reason, (comparison.explained.get(reason) ?? 0) + 1);
    else {
      const { what, type, name: field, ours, theirs: other } = difference;
      const text = (bytes: Buffer | undefined) =>
        bytes === undefined ? 'nothing' : JSON.stringify(bytes.toString('latin1'));
      comparison.unexplained.push(
        `${where}: ${what} ${type} ${field}: ours ${text(ours)}, tshark's ${text(other)}`,
      );
    }
  };
  comparePackets(
    lines.filter((line) => line.event.dataset === 'gearman.packet'),
    theirs.filter((packet) => packet.fields[0]?.name !== COMMAND),
    segments,
    comparison,
    differ,
  );
  compareCommands(
    lines.filter((line) => line.event.dataset === 'gearman.admin'),
    theirs.filter((packet) => packet.fields[0]?.name === COMMAND),
    segments,
    comparison,
    differ,
  );
  return comparison;
}

type Differ = (where: string, difference: Difference) => void;

function comparePackets(
  ours: readonly Line[],
  theirs: readonly TsharkPacket[],
  segments: ReadonlyMap<number, Buffer>,
  comparison: Comparison,
  differ: Differ,
): void {
  let next = 0;
  for (const line of ours) {
    const fields = line.gearman as Fields;
    const frame = line.packet?.number ?? 0;
    const segment = segments.get(frame) ?? Buffer.alloc(0);
    const common = {
      type: String(fields.type),
      segment,
      alone: segment.length === 12 + Number(fields.size),
    };
    const where = `frame ${frame}`;
    if (common.alone) {
      assert.deepEqual(data(fields), segment.subarray(12), where);
      comparison.whole++;
    }
    const header = Buffer.alloc(12);
    header.write(`\0${fields.magic}`, 'latin1');
    header.writeUInt32BE(Number(fields.type_id), 4);
    header.writeUInt32BE(Number(fields.size), 8);
    const other = theirs.at(next);
    if (other === undefined || other.frame !== frame || !header.equals(headerOf(other))) {
      differ(where, {
        ...common,
        what: 'packet',
        name: '',
        ours: header,
        theirs: undefined,
        malformed: false,
      });
      continue;
    }
    next++;
    comparison.packets++;
    compareFields(fields, other, comparison, (difference) => differ(where, { ...common, ...difference }));
  }
  for (const { frame, fields } of theirs.slice(next)) {
    differ(`frame ${frame}`, {
      what: 'packet',
      type: '',
      name: '',
      ours: undefined,
      theirs: Buffer.concat(fields.slice(0, 3).map((field) => field.bytes)),
      malformed: false,
      alone: true,
      segment: Buffer.alloc(0),
    });
  }
}

function headerOf(packet: TsharkPacket): Buffer {
  return Buffer.concat(packet.fields.filter((field) => HEADER.has(field.name)).map((field) => field.bytes));
}

function compareFields(
  fields: Fields,
  packet: TsharkPacket,
  comparison: Comparison,
  differ: (difference: Pick<Difference, 'what' | 'name' | 'ours' | 'theirs' | 'malformed'>) => void,
): void {
  const { malformed } = packet;
  const shown = new Set<string>();
  for (const { name: theirName, bytes } of packet.fields) {
    if (HEADER.has(theirName)) {
      comparison.fields++;
      continue;
    }
    const name = NAMES[theirName] ?? theirName;
    const ours = name === 'data_content' ? data(fields) : bytesOf(fields, name);
    shown.add(name);
    // A field may include its terminating NUL.
    const terminated = ours !== undefined && bytes.equals(Buffer.concat([ours, Buffer.of(0)]));
    if (ours !== undefined && (bytes.equals(ours) || terminated)) comparison.fields++;
    else differ({ what: 'field', name, ours, theirs: bytes, malformed });
  }
  for (const name of OURS) {
    const ours = bytesOf(fields, name);
    if (ours === undefined || shown.has(name)) continue;
    // tshark shows no empty payload.
    if (name === 'payload' && ours.length === 0 && !malformed) continue;
    differ({ what: 'field', name, ours, theirs: undefined, malformed });
  }
}

/** The bytes of a field of ours. */
function bytesOf(fields: Fields, name: string): Buffer | undefined {
  const hex = fields[`${name}_hex`];
  if (hex !== undefined) return Buffer.from(String(hex), 'hex');
  if (fields[name] !== undefined) return Buffer.from(String(fields[name]));
  return name === 'payload' && fields.payload_bytes === 0 ? Buffer.alloc(0) : undefined;
}

const NO_ARGUMENT = /^(?:magic|type|type_id|size|payload_bytes)$|_hex$/;

/** A packet's data, rebuilt from its fields, which are in the order of the wire. */
function data(fields: Fields): Buffer {
  const names = Object.keys(fields).filter((name) => !NO_ARGUMENT.test(name) && name !== 'payload');
  const parts = names.map((name) => bytesOf(fields, name) ?? Buffer.alloc(0));
  const payload = bytesOf(fields, 'payload');
  if (payload !== undefined) parts.push(payload);
  const all = parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.of(0), part]));
  return Buffer.concat(all);
}

function compareCommands(
  ours: readonly Line[],
  theirs: readonly TsharkPacket[],
  segments: ReadonlyMap<number, Buffer>,
  comparison: Comparison,
  differ: Differ,
): void {
  const remaining = theirs.map((packet) => ({ frame: packet.frame, command: packet.fields[0].bytes }));
  const common = { what: 'command', type: '', name: '', malformed: false, alone: false } as const;
  for (const line of ours) {
    const { command } = (line.gearman as Fields).admin as { command: string };
    const frame = line.packet?.number ?? 0;
    const segment = segments.get(frame) ?? Buffer.alloc(0);
    const found = remaining.findIndex(
      (candidate) => candidate.frame === frame && candidate.command.toString() === command,
    );
    if (found >= 0) {
      remaining.splice(found, 1);
      comparison.commands++;
    } else differ(`frame ${frame}`, { ...common, ours: Buffer.from(command), theirs: undefined, segment });
  }
  for (const { frame, command } of remaining) {
    differ(`frame ${frame}`, { ...common, ours: undefined, theirs: command, segment: Buffer.alloc(0) });
  }
}

/** The payload of every TCP segment, by frame. */
function tcpPayloads(name: string): ReadonlyMap<number, Buffer> {
  const stdout = tshark(capturePath(name), '-T', 'fields', '-e', 'frame.number', '-e', 'tcp.payload');
  return new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([frame, hex]) => [Number(frame), Buffer.from((hex ?? '').replaceAll(':', ''), 'hex')] as const),
  );
}
