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

/** Arguments under their names in gearmand's PROTOCOL, in the order in which they appear there. */
const ARGUMENTS: Readonly<Record<string, Schema>> = {
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

const name = wireText('function');
const functionRow = (...counts: readonly string[]): Schema =>
  object({ ...name, ...Object.fromEntries(counts.map((one) => [one, integer])) });

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
    describe('a row that is not in its form, as sent', object(wireText('text'))),
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
  priority: oneOf('low', 'normal', 'high'),
  background: boolean,
  workload_bytes: count,
  ...wireText('client_id'),
  state: describe('of a job that has not ended', oneOf('waiting', 'running')),
  delay: describe('nanoseconds until the time for which it was submitted (epoch)', count),
  queue_wait: describe('nanoseconds in the queue, without the delay', count),
  run_time: describe('nanoseconds with the worker that has it, or that ended it', count),
  lost_run_time: describe('nanoseconds with workers before that one, which did not end it', count),
  age: describe('nanoseconds since its submission, of a job that has not ended', count),
  worker: describe('who has it, or ended it', PEER),
  previous_worker: describe('who had it last and did not end it', PEER),
  reassigned: describe('times that it was given to a worker again', count),
  coalesced: describe('further submissions that were taken for this job', count),
  result_bytes: describe("of WORK_COMPLETE's data", count),
  exception_bytes: describe("of WORK_EXCEPTION's data", count),
  data_packets: describe('WORK_DATA', count),
  data_bytes: count,
  warnings: describe('WORK_WARNING', count),
  last_status: describe(
    'the last WORK_STATUS',
    object({ ...wireCount('numerator'), ...wireCount('denominator') }),
  ),
  abandoned: describe('its client went away before its end', { const: true }),
  ...wireText('error_code'),
  ...wireText('error_text'),
  workers: describe('connections that can do the function, as far as they were seen', count),
  running: describe('jobs of the function that run', count),
});

const GEARMAN: Schema = object({
  magic: oneOf('REQ', 'RES'),
  type: describe("the packet type's name; UNKNOWN for 0 and for 43 and up", string),
  type_id: count,
  size: describe('bytes of data after the header', count),
  ...ARGUMENTS,
  payload_bytes: describe('bytes of the opaque data behind the arguments', count),
  payload: describe('its first bytes (--payload-bytes), where they are UTF-8', string),
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
