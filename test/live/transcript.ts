/** The transcript of a workload: packets sent and received, with the argument names of Gearman's PROTOCOL. */

export interface PacketSeen {
  /** The client's port identifies the connection. */
  readonly port: number;
  readonly from: 'client' | 'server';
  readonly magic: 'REQ' | 'RES';
  readonly type: string;
  readonly size: number;
  readonly arguments: Readonly<Record<string, string | number>>;
  /** The payload's length, and its first bytes in hex. */
  readonly payload?: { readonly bytes: number; readonly hex: string };
}

export interface CommandSeen {
  readonly port: number;
  /** As sent, without the line end. */
  readonly line: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** The lines of the response as received, without the dot at the end. */
  readonly response: readonly string[];
}

export interface Transcript {
  readonly packets: readonly PacketSeen[];
  readonly commands: readonly CommandSeen[];
}

/** The payload of a packet whose first segment ends within the magic. */
export const CUT_IN_MAGIC = 'its magic is in two segments';

/** First bytes of a payload that are compared. */
export const PAYLOAD_SHOWN = 48;

interface TypeRow {
  readonly id: number;
  readonly name: string;
  readonly arguments: readonly string[];
  readonly payload: boolean;
}

const row = (id: number, name: string, list: string, payload = false): TypeRow => ({
  id,
  name,
  arguments: list === '' ? [] : list.split(' '),
  payload,
});

/** From gearmand's PROTOCOL and libgearman/command.cc, independent of the decoder under test. */
export const TYPES: readonly TypeRow[] = [
  row(1, 'CAN_DO', 'function'),
  row(2, 'CANT_DO', 'function'),
  row(3, 'RESET_ABILITIES', ''),
  row(4, 'PRE_SLEEP', ''),
  row(6, 'NOOP', ''),
  row(7, 'SUBMIT_JOB', 'function unique_id', true),
  row(8, 'JOB_CREATED', 'handle'),
  row(9, 'GRAB_JOB', ''),
  row(10, 'NO_JOB', ''),
  row(11, 'JOB_ASSIGN', 'handle function', true),
  row(12, 'WORK_STATUS', 'handle numerator denominator'),
  row(13, 'WORK_COMPLETE', 'handle', true),
  row(14, 'WORK_FAIL', 'handle'),
  row(15, 'GET_STATUS', 'handle'),
  row(16, 'ECHO_REQ', '', true),
  row(17, 'ECHO_RES', '', true),
  row(18, 'SUBMIT_JOB_BG', 'function unique_id', true),
  row(19, 'ERROR', 'error_code error_text'),
  row(20, 'STATUS_RES', 'handle known running numerator denominator'),
  row(21, 'SUBMIT_JOB_HIGH', 'function unique_id', true),
  row(22, 'SET_CLIENT_ID', 'client_id'),
  row(23, 'CAN_DO_TIMEOUT', 'function timeout'),
  row(25, 'WORK_EXCEPTION', 'handle', true),
  row(26, 'OPTION_REQ', 'option'),
  row(27, 'OPTION_RES', 'option'),
  row(28, 'WORK_DATA', 'handle', true),
  row(29, 'WORK_WARNING', 'handle', true),
  row(30, 'GRAB_JOB_UNIQ', ''),
  row(31, 'JOB_ASSIGN_UNIQ', 'handle function unique_id', true),
  row(32, 'SUBMIT_JOB_HIGH_BG', 'function unique_id', true),
  row(33, 'SUBMIT_JOB_LOW', 'function unique_id', true),
  row(34, 'SUBMIT_JOB_LOW_BG', 'function unique_id', true),
  row(35, 'SUBMIT_JOB_SCHED', 'function unique_id minute hour day_of_month month day_of_week', true),
  row(36, 'SUBMIT_JOB_EPOCH', 'function unique_id epoch', true),
  row(37, 'SUBMIT_REDUCE_JOB', 'function unique_id reducer aggregate', true),
  row(38, 'SUBMIT_REDUCE_JOB_BACKGROUND', 'function unique_id reducer aggregate', true),
  row(39, 'GRAB_JOB_ALL', ''),
  row(40, 'JOB_ASSIGN_ALL', 'handle function unique_id reducer', true),
  row(41, 'GET_STATUS_UNIQUE', 'unique_id'),
  row(42, 'STATUS_RES_UNIQUE', 'unique_id known running numerator denominator client_count'),
];

/** Arguments that are numbers. */
const COUNTS = new Set(
  'numerator denominator known running client_count timeout epoch minute hour day_of_month month day_of_week'.split(
    ' ',
  ),
);

export function argumentOf(name: string, bytes: Uint8Array): string | number {
  const text = Buffer.from(bytes).toString('utf8');
  return COUNTS.has(name) ? Number(text) : text;
}

/** Splits a packet's data by the number of arguments (PROTOCOL). The last one takes the rest. */
export function splitData(
  type: TypeRow,
  data: Buffer,
): { arguments: Record<string, string | number>; payload: Buffer | undefined } {
  const found: Record<string, string | number> = {};
  let at = 0;
  for (const [index, name] of type.arguments.entries()) {
    const last = index === type.arguments.length - 1 && !type.payload;
    const nul = data.indexOf(0, at);
    const end = last || nul < 0 ? data.length : nul;
    found[name] = argumentOf(name, data.subarray(at, end));
    at = end + 1;
  }
  return { arguments: found, payload: type.payload ? data.subarray(at) : undefined };
}
