/** Reads captures with wiretail and with tshark. */
import { spawnSync } from 'node:child_process';
import { capturePath } from '../helpers/captures.js';
import { readInProcess } from '../helpers/read-in-process.js';
import { exactLines } from './exact.js';

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a line that the comparisons use. */
export interface Line {
  readonly event: { readonly dataset: string; readonly action: string };
  readonly packet?: { readonly number: number };
  readonly gearman?: Fields;
  readonly wiretail?: Fields;
}

/** The output of `wiretail read`, with every decoded field unless an option says otherwise; integers beyond 2^53 as in exact.ts. */
export async function readLines(name: string, ...options: string[]): Promise<Line[]> {
  const detail = options.includes('--detail') ? [] : ['--detail', 'full'];
  const { code, stdout } = await readInProcess([...detail, ...options, capturePath(name)]);
  if (code !== 0) throw new Error(`wiretail read ${name} ended with ${code}`);
  return exactLines(stdout) as Line[];
}

const TSHARK = 'tshark';

export function hasTshark(): boolean {
  return spawnSync(TSHARK, ['--version']).status === 0;
}

/** What tshark prints of a capture file. */
export function tshark(file: string, ...options: string[]): string {
  const args = ['-r', file, ...options];
  const { status, stdout, stderr } = spawnSync(TSHARK, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`tshark ended with ${status}: ${stderr}`);
  return stdout;
}

/** A packet in tshark's JSON: its layers by name. */
export interface TsharkJson {
  readonly _source: { readonly layers: Fields };
}

/** The packets that match a display filter, with some of their layers. */
export function tsharkJson(file: string, filter: string, layers: string): TsharkJson[] {
  return JSON.parse(tshark(file, '-Y', filter, '-T', 'json', '--no-duplicate-keys', '-J', layers));
}

export interface TsharkField {
  readonly name: string;
  /** Its bytes. */
  readonly bytes: Buffer;
}

/** The field of a command of the text protocol. */
export const COMMAND = 'mgr_cmd';

/** A packet, or a command of the text protocol, as tshark decodes it. */
export interface TsharkPacket {
  readonly frame: number;
  readonly fields: readonly TsharkField[];
  /** tshark reports a malformed packet after it in its frame. */
  malformed: boolean;
}

/** tshark's Gearman packets in order, from PDML, which has the bytes of each field. */
export function tsharkPackets(name: string): TsharkPacket[] {
  const stdout = tshark(capturePath(name), '-Y', 'gearman', '-T', 'pdml', '-J', 'gearman');
  const packets: { frame: number; fields: TsharkField[]; malformed: boolean }[] = [];
  let frame = 0;
  // Attributes may hold newlines, but ">" only as an entity.
  for (const [, element, name, attributes] of stdout.matchAll(/<(field|proto) name="([^"]*)"([^>]*)>/g)) {
    const last = packets.at(-1);
    if (name === 'num') frame = Number(/ show="(\d+)"/.exec(attributes)?.[1]);
    else if (element === 'field' && name === '' && / show="\[RE[QS]\]/.test(attributes)) {
      packets.push({ frame, fields: [], malformed: false });
    } else if (name === '_ws.malformed' && last?.frame === frame) last.malformed = true;
    else if (element === 'field' && name.startsWith('gearman.')) {
      const value = / value="([0-9a-f]*)"/.exec(attributes)?.[1] ?? '';
      const field = { name: name.slice('gearman.'.length), bytes: Buffer.from(value, 'hex') };
      if (field.name === COMMAND) packets.push({ frame, fields: [field], malformed: false });
      else last?.fields.push(field);
    }
  }
  return packets;
}
