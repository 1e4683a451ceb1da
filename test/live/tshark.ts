/** tshark's view of the Gearman packets in a capture, and its known faults. */
import { run } from '../helpers/netns.js';
import { argumentOf, CUT_IN_MAGIC, PAYLOAD_SHOWN, type PacketSeen, TYPES } from './transcript.js';

/** A packet, and the frame with its last byte. */
export type FramedPacket = PacketSeen & { readonly frame: number };

/** The argument of each of tshark's fields. */
const FIELDS: Readonly<Record<string, string>> = {
  'gearman.func.name': 'function',
  'gearman.client_id': 'client_id',
  'gearman.timeout.value': 'timeout',
  'gearman.uniq_id': 'unique_id',
  'gearman.job.handle': 'handle',
  'gearman.numerator': 'numerator',
  'gearman.denominator': 'denominator',
  'gearman.job.known': 'known',
  'gearman.job.running': 'running',
  'gearman.client_count': 'client_count',
  'gearman.opt.name': 'option',
  'gearman.err.code': 'error_code',
  'gearman.err.text': 'error_text',
  'gearman.reducer': 'reducer',
  'gearman.submit_job_sched.minute': 'minute',
  'gearman.submit_job_sched.hour': 'hour',
  'gearman.submit_job_sched.day_of_month': 'day_of_month',
  'gearman.submit_job_sched.month': 'month',
  'gearman.submit_job_sched.day_of_week': 'day_of_week',
  'gearman.submit_job.epoch_time': 'epoch',
};
const PAYLOADS = new Set(['gearman.func.arg', 'gearman.func.result', 'gearman.echo_text']);

export interface TsharkView {
  readonly packets: readonly FramedPacket[];
  /** Text commands by name, with their frames. */
  readonly commands: readonly { readonly frame: number; readonly command: string }[];
}

interface Field {
  readonly name: string;
  readonly show: string;
  readonly value: Buffer;
}

function fieldsOf(xml: string): Field[] {
  const found: Field[] = [];
  for (const [, body] of xml.matchAll(/<field ([^>]*?)\/?>/g)) {
    const of = (name: string) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(body)?.[1] ?? '';
    found.push({ name: of('name'), show: of('show'), value: Buffer.from(of('value'), 'hex') });
  }
  return found;
}

export function readWithTshark(file: string, port: number): TsharkView {
  const pdml = run('tshark', [
    ...[
      '-r',
      file,
      '-d',
      `tcp.port==${port},gearman`,
      '-Y',
      `gearman and tcp.port == ${port}`,
      '-T',
      'pdml',
      '-J',
      'frame tcp gearman',
    ],
  ]);
  const packets: FramedPacket[] = [];
  const commands: { frame: number; command: string }[] = [];
  for (const xml of pdml.split('<packet>').slice(1)) {
    const number = (name: string) => Number(new RegExp(`name="${name}"[^>]*? show="(\\d+)"`).exec(xml)?.[1]);
    const frame = number('frame.number');
    const from = number('tcp.dstport') === port ? 'client' : 'server';
    const client = from === 'client' ? number('tcp.srcport') : number('tcp.dstport');
    for (const part of xml.split('<proto name="gearman"').slice(1)) {
      let packet: FramedPacket | undefined;
      for (const field of fieldsOf(part)) {
        if (field.name === 'gearman.mgr_cmd') commands.push({ frame, command: field.show });
        if (field.name === 'gearman.magic_code') {
          const magic = field.show as 'REQ' | 'RES';
          packet = { port: client, from, magic, type: '', size: 0, arguments: {}, frame };
          packets.push(packet);
        }
        if (packet === undefined) continue;
        const argument = FIELDS[field.name];
        if (field.name === 'gearman.pkt_type') {
          const type = TYPES.find((row) => row.id === Number(field.show));
          Object.assign(packet, { type: type?.name ?? field.show });
          if (type?.payload) Object.assign(packet, { payload: { bytes: 0, hex: '' } });
        } else if (field.name === 'gearman.data_size') Object.assign(packet, { size: Number(field.show) });
        else if (argument !== undefined) {
          const end = field.value.at(-1) === 0 ? field.value.length - 1 : field.value.length;
          const bytes = field.value.subarray(0, end);
          Object.assign(packet.arguments, { [argument]: argumentOf(argument, bytes) });
        } else if (PAYLOADS.has(field.name)) {
          const payload = { bytes: field.value.length, hex: field.value.toString('hex', 0, PAYLOAD_SHOWN) };
          Object.assign(packet, { payload });
        }
      }
    }
  }
  return { packets, commands };
}

export interface Fault {
  readonly reason: string;
  applies(packet: FramedPacket): boolean;
  /** What tshark shows instead; undefined: it does not show the packet. */
  shows(packet: FramedPacket): FramedPacket | undefined;
}

const without = (packet: FramedPacket, name: string): FramedPacket => {
  const { [name]: _, ...rest } = packet.arguments;
  return { ...packet, arguments: rest };
};

const firstNul = (packet: FramedPacket): number => Buffer.from(packet.payload?.hex ?? '', 'hex').indexOf(0);

/**
 * Known faults of tshark 4.0. The test fails if one of them no longer applies, which keeps the list true.
 *
 * @param textFrames frames that contain a line of text too, as `<port> <from> <frame>`
 */
export function knownFaults(textFrames: ReadonlySet<string>): Fault[] {
  return [
    {
      reason: 'takes the fourth argument of a reduce job (aggregate) for its payload',
      applies: (packet) => packet.arguments.aggregate !== undefined,
      shows(packet) {
        const text = String(packet.arguments.aggregate);
        const payload = { bytes: text.length, hex: Buffer.from(text).toString('hex') };
        return { ...without(packet, 'aggregate'), payload };
      },
    },
    {
      reason: 'cuts a payload at its first NUL',
      applies: (packet) => firstNul(packet) >= 0,
      shows(packet) {
        const bytes = firstNul(packet);
        return { ...packet, payload: { bytes, hex: (packet.payload?.hex ?? '').slice(0, bytes * 2) } };
      },
    },
    {
      reason: 'does not show the text of an ERROR',
      applies: (packet) => packet.type === 'ERROR',
      shows: (packet) => without(packet, 'error_text'),
    },
    {
      reason: 'does not show the handle of GET_STATUS',
      applies: (packet) => packet.type === 'GET_STATUS',
      shows: (packet) => without(packet, 'handle'),
    },
    {
      reason: 'calls the unique id of STATUS_RES_UNIQUE a handle',
      applies: (packet) => packet.type === 'STATUS_RES_UNIQUE',
      shows(packet) {
        const handle = packet.arguments.unique_id;
        const rest = without(packet, 'unique_id');
        return { ...rest, arguments: { handle, ...rest.arguments } };
      },
    },
    {
      reason: 'takes a segment that starts within a magic for text',
      applies: (packet) =>
        packet.from === 'client' && packet.payload?.hex === Buffer.from(CUT_IN_MAGIC).toString('hex'),
      shows: () => undefined,
    },
    {
      reason: 'misses a packet after text in the same segment',
      applies: (packet) => textFrames.has(`${packet.port} ${packet.from} ${packet.frame}`),
      shows: () => undefined,
    },
  ];
}

/** The text commands that tshark decodes: in lower case, without arguments, at the start of a segment. */
export const KNOWN_COMMANDS: readonly string[] = ['workers', 'status', 'maxqueue', 'shutdown', 'version'];
