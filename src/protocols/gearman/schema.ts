/** The `gearman` section: a packet's arguments, or an admin command with its response. */
import {
  array,
  boolean,
  count,
  describe,
  either,
  hex,
  integer,
  object,
  oneOf,
  requires,
  type Schema,
  string,
  wireCount,
  wireText,
} from '../../records/json-schema.js';
import type { ProtocolSchema } from '../module.js';
import { GEARMAN_DATASETS } from './datasets.js';

/** Arguments of the packets that submit a job; the lines of a job have them too. */
const SUBMISSION: Readonly<Record<string, Schema>> = {
  ...wireText('function'),
  ...wireText('unique_id'),
  ...wireText('reducer'),
  ...wireText('aggregate'),
  ...wireCount('minute'),
  ...wireCount('hour'),
  ...wireCount('day_of_month'),
  ...wireCount('month'),
  ...wireCount('day_of_week'),
  ...wireCount('epoch'),
};

/** Arguments under their names in gearmand's PROTOCOL, in its order. */
const ARGUMENTS: Readonly<Record<string, Schema>> = {
  ...SUBMISSION,
  ...wireText('handle'),
  ...wireCount('known'),
  ...wireCount('running'),
  ...wireCount('numerator'),
  ...wireCount('denominator'),
  ...wireCount('client_count'),
  ...wireText('option'),
  ...wireCount('timeout'),
  ...wireText('client_id'),
  ...wireText('error_code'),
  ...wireText('error_text'),
};

const FUNCTION_NAME = wireText('function');
const functionRow = (...counts: readonly string[]): Schema =>
  object({ ...FUNCTION_NAME, ...Object.fromEntries(counts.map((column) => [column, integer])) });

const ROWS: Schema = array(
  either(
    functionRow('total', 'running', 'workers'),
    functionRow('high', 'normal', 'low', 'workers'),
    object({ ...wireText('handle'), retries: count, ignored: count, queued: count }),
    object({
      fd: integer,
      ...wireText('ip'),
      ...wireText('client_id'),
      functions: array(string),
    }),
    describe('A row that does not have the expected form, as sent.', object(wireText('text'))),
  ),
);

const ADMIN: Schema = object({
  ...wireText('command'),
  arguments: array(string),
  arguments_total: count,
  line_hex: hex,
  response: oneOf('OK', 'ERR'),
  rows: ROWS,
  unique_ids: array(string),
  lines: array(string),
  rows_total: count,
  ...wireText('version'),
  ...wireText('verbose'),
  ...wireCount('pid'),
  ...wireText('text'),
  error_code: string,
  ...wireText('error_text'),
});

const PEER: Schema = object({ ...wireText('client_id'), ip: string, port: count }, ['ip', 'port']);

const JOB: Schema = object({
  ...wireText('handle'),
  ...SUBMISSION,
  priority: oneOf('low', 'normal', 'high'),
  background: boolean,
  workload_bytes: count,
  ...wireText('client_id'),
  state: describe('State of a job that has not finished.', oneOf('waiting', 'running')),
  delay: describe('Nanoseconds until its scheduled time (SUBMIT_JOB_EPOCH).', count),
  queue_wait: describe('Nanoseconds in the queue after its delay.', count),
  run_time: describe('Nanoseconds with the worker that has it, or that finished it.', count),
  lost_run_time: describe('Nanoseconds with earlier workers, which did not finish it.', count),
  age: describe('Nanoseconds since the submission of a job that has not finished.', count),
  worker: describe('The worker that has the job, or that finished it.', PEER),
  previous_worker: describe('The last earlier worker, which did not finish it.', PEER),
  reassigned: describe('Number of times that the job was assigned again.', count),
  coalesced: describe('Further submissions that the server joined to this job.', count),
  result_bytes: describe('Bytes of data in WORK_COMPLETE.', count),
  exception_bytes: describe('Bytes of data in WORK_EXCEPTION.', count),
  data_packets: describe('Number of WORK_DATA packets.', count),
  data_bytes: count,
  warnings: describe('Number of WORK_WARNING packets.', count),
  last_status: describe(
    'The last WORK_STATUS.',
    object({ ...wireCount('numerator'), ...wireCount('denominator') }),
  ),
  abandoned: describe('Its client disconnected before it finished.', { const: true }),
  ...wireText('error_code'),
  ...wireText('error_text'),
  workers: describe('Connections that registered for the function, as far as captured.', count),
  running: describe('Running jobs of the function.', count),
});

const GEARMAN: Schema = object({
  magic: oneOf('REQ', 'RES'),
  type: describe('Name of the packet type; UNKNOWN for 0 and from 43 up.', string),
  type_id: count,
  size: describe('Bytes of data after the header.', count),
  ...ARGUMENTS,
  payload_bytes: describe('Bytes of opaque data after the arguments.', count),
  payload: describe('Its first bytes, with --payload-bytes, if they are UTF-8.', string),
  payload_hex: hex,
  admin: ADMIN,
  job: JOB,
});

export const GEARMAN_SCHEMA: ProtocolSchema = {
  sections: { gearman: GEARMAN },
  rules: GEARMAN_DATASETS.map((dataset) =>
    requires(dataset, ['source', 'destination', 'network', 'gearman']),
  ),
};
