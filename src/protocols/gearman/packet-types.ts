/**
 * Gearman's packet types, one row each, in the order of gearmand's PROTOCOL.
 *
 * The number of arguments, and whether an opaque payload follows them, is from gearmand's libgearman/command.cc. The
 * number splits a packet's data: all arguments but the last end at a NUL; the last one (the payload, if there is one)
 * takes the rest of the size, NULs included.
 */

/** The response that a request awaits: a bit each, so that a response can name all requests that it may answer. */
export const Awaits = {
  nothing: 0,
  submit: 1 << 0,
  /** SUBMIT_JOB_SCHED: gearmand refuses it with INVALID_COMMAND, other servers may accept it. */
  schedule: 1 << 1,
  echo: 1 << 2,
  status: 1 << 3,
  statusUnique: 1 << 4,
  option: 1 << 5,
  grab: 1 << 6,
  grabUnique: 1 << 7,
  grabAll: 1 << 8,
  /** WORK_*: answered only on failure (ERROR JOB_NOT_FOUND). */
  work: 1 << 9,
  /** A type that clients do not send: gearmand answers ERROR INVALID_COMMAND. */
  refused: 1 << 10,
  /** A request with the magic of responses: gearmand answers ERROR INVALID_MAGIC. */
  wrongMagic: 1 << 11,
} as const;

export interface Argument {
  readonly name: string;
  /** A decimal number as text. */
  readonly count: boolean;
  /** A NUL at the end of the data is its terminator, not a part of it. */
  readonly terminated: boolean;
}

export interface PacketType {
  readonly id: number;
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** Opaque data follows the arguments. */
  readonly payload: boolean;
  /** The response to it as a request: one of Awaits. */
  readonly awaits: number;
  /** The requests that it may answer: a set of Awaits. Those of ERROR depend on its code. */
  readonly answers: number;
}

const text = (name: string): Argument => ({ name, count: false, terminated: false });
const count = (name: string): Argument => ({ name, count: true, terminated: false });

const FUNCTION = text('function');
const UNIQUE_ID = text('unique_id');
/**
 * PROTOCOL counts the NUL as the handle's terminator ("64 bytes, including NULL terminator"), and gearmand sends it
 * where it turns a WORK_EXCEPTION into a WORK_FAIL (server.cc, _server_queue_work_data). In every other last argument
 * a NUL is data, as for the server.
 */
const HANDLE: Argument = { name: 'handle', count: false, terminated: true };
const REDUCER = text('reducer');
const NUMERATOR = count('numerator');
const DENOMINATOR = count('denominator');
const KNOWN = count('known');
const RUNNING = count('running');
const OPTION = text('option');

const { nothing, refused, submit, schedule, work, echo, status, statusUnique, grab, grabUnique, grabAll } =
  Awaits;
const NONE: readonly Argument[] = [];
const JOB = [FUNCTION, UNIQUE_ID];
/** PROTOCOL has three. command.cc reads a fourth, which libgearman calls aggregate (add.cc). */
const REDUCE_JOB = [FUNCTION, UNIQUE_ID, REDUCER, text('aggregate')];
const SCHEDULE = ['minute', 'hour', 'day_of_month', 'month', 'day_of_week'].map(count);

function row(
  id: number,
  name: string,
  args: readonly Argument[],
  payload: boolean,
  awaits: number,
  answers: number,
): PacketType {
  return { id, name, arguments: args, payload, awaits, answers };
}

// biome-ignore format: a table
const PACKET_TYPES: readonly PacketType[] = [
  //  id  name                            arguments                                         payload awaits        answers
  row(1,  'CAN_DO',                       [FUNCTION],                                       false, nothing,       nothing),
  row(2,  'CANT_DO',                      [FUNCTION],                                       false, nothing,       nothing),
  row(3,  'RESET_ABILITIES',              NONE,                                             false, nothing,       nothing),
  row(4,  'PRE_SLEEP',                    NONE,                                             false, nothing,       nothing),
  row(5,  'UNUSED',                       NONE,                                             false, refused,       nothing),
  row(6,  'NOOP',                         NONE,                                             false, refused,       nothing),
  row(7,  'SUBMIT_JOB',                   JOB,                                              true,  submit,        nothing),
  row(8,  'JOB_CREATED',                  [HANDLE],                                         false, refused,       submit | schedule),
  row(9,  'GRAB_JOB',                     NONE,                                             false, grab,          nothing),
  row(10, 'NO_JOB',                       NONE,                                             false, refused,       grab | grabUnique | grabAll),
  row(11, 'JOB_ASSIGN',                   [HANDLE, FUNCTION],                               true,  refused,       grab),
  row(12, 'WORK_STATUS',                  [HANDLE, NUMERATOR, DENOMINATOR],                 false, work,          nothing),
  row(13, 'WORK_COMPLETE',                [HANDLE],                                         true,  work,          nothing),
  row(14, 'WORK_FAIL',                    [HANDLE],                                         false, work,          nothing),
  row(15, 'GET_STATUS',                   [HANDLE],                                         false, status,        nothing),
  row(16, 'ECHO_REQ',                     NONE,                                             true,  echo,          nothing),
  row(17, 'ECHO_RES',                     NONE,                                             true,  refused,       echo),
  row(18, 'SUBMIT_JOB_BG',                JOB,                                              true,  submit,        nothing),
  row(19, 'ERROR',                        [text('error_code'), text('error_text')],         false, refused,       nothing),
  row(20, 'STATUS_RES',                   [HANDLE, KNOWN, RUNNING, NUMERATOR, DENOMINATOR], false, refused,       status),
  row(21, 'SUBMIT_JOB_HIGH',              JOB,                                              true,  submit,        nothing),
  row(22, 'SET_CLIENT_ID',                [text('client_id')],                              false, nothing,       nothing),
  row(23, 'CAN_DO_TIMEOUT',               [FUNCTION, count('timeout')],                     false, nothing,       nothing),
  row(24, 'ALL_YOURS',                    NONE,                                             false, refused,       nothing),
  row(25, 'WORK_EXCEPTION',               [HANDLE],                                         true,  work,          nothing),
  row(26, 'OPTION_REQ',                   [OPTION],                                         false, Awaits.option, nothing),
  row(27, 'OPTION_RES',                   [OPTION],                                         false, refused,       Awaits.option),
  row(28, 'WORK_DATA',                    [HANDLE],                                         true,  work,          nothing),
  row(29, 'WORK_WARNING',                 [HANDLE],                                         true,  work,          nothing),
  row(30, 'GRAB_JOB_UNIQ',                NONE,                                             false, grabUnique,    nothing),
  row(31, 'JOB_ASSIGN_UNIQ',              [HANDLE, FUNCTION, UNIQUE_ID],                    true,  refused,       grabUnique | grabAll),
  row(32, 'SUBMIT_JOB_HIGH_BG',           JOB,                                              true,  submit,        nothing),
  row(33, 'SUBMIT_JOB_LOW',               JOB,                                              true,  submit,        nothing),
  row(34, 'SUBMIT_JOB_LOW_BG',            JOB,                                              true,  submit,        nothing),
  row(35, 'SUBMIT_JOB_SCHED',             [FUNCTION, UNIQUE_ID, ...SCHEDULE],               true,  schedule,      nothing),
  row(36, 'SUBMIT_JOB_EPOCH',             [FUNCTION, UNIQUE_ID, count('epoch')],            true,  submit,        nothing),
  row(37, 'SUBMIT_REDUCE_JOB',            REDUCE_JOB,                                       true,  submit,        nothing),
  row(38, 'SUBMIT_REDUCE_JOB_BACKGROUND', REDUCE_JOB,                                       true,  submit,        nothing),
  row(39, 'GRAB_JOB_ALL',                 NONE,                                             false, grabAll,       nothing),
  row(40, 'JOB_ASSIGN_ALL',               [HANDLE, FUNCTION, UNIQUE_ID, REDUCER],           true,  refused,       grabAll),
  row(41, 'GET_STATUS_UNIQUE',            [UNIQUE_ID],                                      false, statusUnique,  nothing),
  // PROTOCOL calls its first argument a handle; gearmand sends the unique id (server.cc).
  row(42, 'STATUS_RES_UNIQUE',            [UNIQUE_ID, KNOWN, RUNNING, NUMERATOR, DENOMINATOR, count('client_count')], false, refused,       statusUnique),
];

export const LAST_TYPE = PACKET_TYPES.length;
export const ERROR_TYPE = 19;

const TYPES_BY_ID: readonly (PacketType | undefined)[] = [undefined, ...PACKET_TYPES];

export const PACKET_NAMES: readonly string[] = [...PACKET_TYPES.map((type) => type.name), 'UNKNOWN'];

export function packetType(id: number): PacketType | undefined {
  return TYPES_BY_ID[id];
}

/** Stands for types outside the protocol: 0 (internal to gearmand), 43 and up. */
export const UNKNOWN_TYPE: PacketType = row(-1, 'UNKNOWN', NONE, true, nothing, nothing);

/**
 * The requests that an ERROR may answer, by its code (server.cc, gearman_server_run_command). A code of another server
 * answers the oldest pending request.
 */
const ERROR_ANSWERS: ReadonlyMap<string, number> = new Map([
  ['JOB_NOT_FOUND', work],
  ['INVALID_COMMAND', refused | schedule],
  ['INVALID_MAGIC', Awaits.wrongMagic],
  ['UNKNOWN_OPTION', Awaits.option],
  ['QUEUE_ERROR', submit],
  ['ARGUMENT_TOO_LARGE', submit],
]);
const ANY_ERROR =
  submit | schedule | echo | status | statusUnique | Awaits.option | grab | grabUnique | grabAll | refused;

export function answeredByError(code: unknown): number {
  return (typeof code === 'string' ? ERROR_ANSWERS.get(code) : undefined) ?? ANY_ERROR;
}
