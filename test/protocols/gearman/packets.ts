/** Hand-made packets, without the code under test. */

export function packet(magic: 'REQ' | 'RES', type: number, data: string | Buffer = ''): Buffer {
  const body = typeof data === 'string' ? Buffer.from(data) : data;
  const header = Buffer.alloc(12);
  header.write(`\0${magic}`, 'latin1');
  header.writeUInt32BE(type, 4);
  header.writeUInt32BE(body.length, 8);
  return Buffer.concat([header, body]);
}

export interface Example {
  type: number;
  magic: 'REQ' | 'RES';
  data: string | Buffer;
  name: string;
  fields: { [key: string]: string | number };
}

const sched = { minute: 1, hour: 2, day_of_month: 31, month: 12, day_of_week: 6 };

/** A packet of every type. Payloads contain NULs. */
export const PACKET_EXAMPLES: readonly Example[] = [
  { type: 1, magic: 'REQ', data: 'rev', name: 'CAN_DO', fields: { function: 'rev' } },
  { type: 2, magic: 'REQ', data: 'rev', name: 'CANT_DO', fields: { function: 'rev' } },
  { type: 3, magic: 'REQ', data: '', name: 'RESET_ABILITIES', fields: {} },
  { type: 4, magic: 'REQ', data: '', name: 'PRE_SLEEP', fields: {} },
  { type: 5, magic: 'REQ', data: '', name: 'UNUSED', fields: {} },
  { type: 6, magic: 'RES', data: '', name: 'NOOP', fields: {} },
  {
    type: 7,
    magic: 'REQ',
    data: 'rev\0u1\0a\0b',
    name: 'SUBMIT_JOB',
    fields: { function: 'rev', unique_id: 'u1', payload_bytes: 3 },
  },
  { type: 8, magic: 'RES', data: 'H:lap:1', name: 'JOB_CREATED', fields: { handle: 'H:lap:1' } },
  { type: 9, magic: 'REQ', data: '', name: 'GRAB_JOB', fields: {} },
  { type: 10, magic: 'RES', data: '', name: 'NO_JOB', fields: {} },
  {
    type: 11,
    magic: 'RES',
    data: 'H:lap:1\0rev\0a\0b',
    name: 'JOB_ASSIGN',
    fields: { handle: 'H:lap:1', function: 'rev', payload_bytes: 3 },
  },
  {
    type: 12,
    magic: 'REQ',
    data: 'H:lap:1\x003\x0010',
    name: 'WORK_STATUS',
    fields: { handle: 'H:lap:1', numerator: 3, denominator: 10 },
  },
  {
    type: 13,
    magic: 'REQ',
    data: 'H:lap:1\0\0',
    name: 'WORK_COMPLETE',
    fields: { handle: 'H:lap:1', payload_bytes: 1 },
  },
  { type: 14, magic: 'REQ', data: 'H:lap:1', name: 'WORK_FAIL', fields: { handle: 'H:lap:1' } },
  { type: 15, magic: 'REQ', data: 'H:lap:1', name: 'GET_STATUS', fields: { handle: 'H:lap:1' } },
  { type: 16, magic: 'REQ', data: 'e\0e', name: 'ECHO_REQ', fields: { payload_bytes: 3 } },
  { type: 17, magic: 'RES', data: 'e\0e', name: 'ECHO_RES', fields: { payload_bytes: 3 } },
  {
    type: 18,
    magic: 'REQ',
    data: 'rev\0\0',
    name: 'SUBMIT_JOB_BG',
    fields: { function: 'rev', unique_id: '', payload_bytes: 0 },
  },
  {
    type: 19,
    magic: 'RES',
    data: 'CODE\0a text',
    name: 'ERROR',
    fields: { error_code: 'CODE', error_text: 'a text' },
  },
  {
    type: 20,
    magic: 'RES',
    data: 'H:lap:1\x001\x000\x003\x0010',
    name: 'STATUS_RES',
    fields: { handle: 'H:lap:1', known: 1, running: 0, numerator: 3, denominator: 10 },
  },
  {
    type: 21,
    magic: 'REQ',
    data: 'rev\0u1\0x',
    name: 'SUBMIT_JOB_HIGH',
    fields: { function: 'rev', unique_id: 'u1', payload_bytes: 1 },
  },
  { type: 22, magic: 'REQ', data: 'worker 1', name: 'SET_CLIENT_ID', fields: { client_id: 'worker 1' } },
  {
    type: 23,
    magic: 'REQ',
    data: 'rev\x0030000',
    name: 'CAN_DO_TIMEOUT',
    fields: { function: 'rev', timeout: 30000 },
  },
  { type: 24, magic: 'REQ', data: '', name: 'ALL_YOURS', fields: {} },
  {
    type: 25,
    magic: 'REQ',
    data: 'H:lap:1\0boom',
    name: 'WORK_EXCEPTION',
    fields: { handle: 'H:lap:1', payload_bytes: 4 },
  },
  { type: 26, magic: 'REQ', data: 'exceptions', name: 'OPTION_REQ', fields: { option: 'exceptions' } },
  { type: 27, magic: 'RES', data: 'exceptions', name: 'OPTION_RES', fields: { option: 'exceptions' } },
  {
    type: 28,
    magic: 'REQ',
    data: 'H:lap:1\0part',
    name: 'WORK_DATA',
    fields: { handle: 'H:lap:1', payload_bytes: 4 },
  },
  {
    type: 29,
    magic: 'REQ',
    data: 'H:lap:1\0careful',
    name: 'WORK_WARNING',
    fields: { handle: 'H:lap:1', payload_bytes: 7 },
  },
  { type: 30, magic: 'REQ', data: '', name: 'GRAB_JOB_UNIQ', fields: {} },
  {
    type: 31,
    magic: 'RES',
    data: 'H:lap:1\0rev\0u1\0x',
    name: 'JOB_ASSIGN_UNIQ',
    fields: { handle: 'H:lap:1', function: 'rev', unique_id: 'u1', payload_bytes: 1 },
  },
  {
    type: 32,
    magic: 'REQ',
    data: 'rev\0u1\0x',
    name: 'SUBMIT_JOB_HIGH_BG',
    fields: { function: 'rev', unique_id: 'u1', payload_bytes: 1 },
  },
  {
    type: 33,
    magic: 'REQ',
    data: 'rev\0u1\0x',
    name: 'SUBMIT_JOB_LOW',
    fields: { function: 'rev', unique_id: 'u1', payload_bytes: 1 },
  },
  {
    type: 34,
    magic: 'REQ',
    data: 'rev\0u1\0x',
    name: 'SUBMIT_JOB_LOW_BG',
    fields: { function: 'rev', unique_id: 'u1', payload_bytes: 1 },
  },
  {
    type: 35,
    magic: 'REQ',
    data: 'rev\0u1\x001\x002\x0031\x0012\x006\0x',
    name: 'SUBMIT_JOB_SCHED',
    fields: { function: 'rev', unique_id: 'u1', ...sched, payload_bytes: 1 },
  },
  {
    type: 36,
    magic: 'REQ',
    data: 'rev\0u1\x004102444800\0x',
    name: 'SUBMIT_JOB_EPOCH',
    fields: { function: 'rev', unique_id: 'u1', epoch: 4102444800, payload_bytes: 1 },
  },
  {
    type: 37,
    magic: 'REQ',
    data: 'rev\0u1\0red\0\0a\0b',
    name: 'SUBMIT_REDUCE_JOB',
    fields: { function: 'rev', unique_id: 'u1', reducer: 'red', aggregate: '', payload_bytes: 3 },
  },
  {
    type: 38,
    magic: 'REQ',
    data: 'rev\0u1\0red\x000\0a',
    name: 'SUBMIT_REDUCE_JOB_BACKGROUND',
    fields: { function: 'rev', unique_id: 'u1', reducer: 'red', aggregate: '0', payload_bytes: 1 },
  },
  { type: 39, magic: 'REQ', data: '', name: 'GRAB_JOB_ALL', fields: {} },
  {
    type: 40,
    magic: 'RES',
    data: 'H:lap:1\0rev\0u1\0red\0x',
    name: 'JOB_ASSIGN_ALL',
    fields: { handle: 'H:lap:1', function: 'rev', unique_id: 'u1', reducer: 'red', payload_bytes: 1 },
  },
  { type: 41, magic: 'REQ', data: 'u1', name: 'GET_STATUS_UNIQUE', fields: { unique_id: 'u1' } },
  {
    type: 42,
    magic: 'RES',
    data: 'u1\x001\x001\x003\x0010\x002',
    name: 'STATUS_RES_UNIQUE',
    fields: { unique_id: 'u1', known: 1, running: 1, numerator: 3, denominator: 10, client_count: 2 },
  },
];

/** A pseudo-random generator (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
