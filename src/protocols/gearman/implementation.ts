/** Gearman as a protocol of a decoder thread, its known actions, and its schema. */
import type { Action, Dataset } from '../../records/datasets.js';
import type { JsonObject } from '../../records/record.js';
import type { ProtocolImplementation } from '../module.js';
import type { HostHooks, Protocol, ProtocolOptions } from '../protocol.js';
import { ADMIN_NAMES } from './admin/commands.js';
import { openDecoder } from './decoder.js';
import { detectGearman } from './detect.js';
import { newJobs } from './jobs/jobs.js';
import { JOB_ACTIONS } from './jobs/report.js';
import { newGearmanMidstream } from './midstream.js';
import { PACKET_NAMES } from './packet-types.js';
import { GEARMAN_SCHEMA } from './schema.js';

/** All connections of a thread share the jobs: the client and the worker of a job have different connections. */
export function newGearman(options: ProtocolOptions, host: HostHooks): Protocol {
  const ports = new Set(options.ports.gearman);
  const jobs = options.view === 'calls' ? newJobs(options.stuck, host) : undefined;
  return {
    name: 'gearman',
    detect: (dir, buf, start, end, connection) => detectGearman(dir, buf, start, end, connection, ports),
    detectMidstream: newGearmanMidstream,
    open: (connection, emit, options, suspended) => openDecoder(connection, emit, options, jobs, suspended),
    ...(jobs === undefined ? {} : { tick: jobs.tick, end: jobs.end }),
  };
}

const actionsOf = (dataset: Dataset, names: readonly string[]): Action[] =>
  names.map((action) => ({ dataset, action }));

export const implementation: ProtocolImplementation = {
  actions: [
    ...actionsOf('gearman.packet', PACKET_NAMES),
    ...actionsOf('gearman.admin', ADMIN_NAMES),
    ...actionsOf('gearman.job', JOB_ACTIONS),
  ],
  schema: GEARMAN_SCHEMA,
  subjects: {
    clients({ gearman }) {
      const job = gearman?.job as JsonObject | undefined;
      const worker = job?.worker as JsonObject | undefined;
      return [gearman?.client_id, job?.client_id, worker?.client_id, worker?.ip];
    },
  },
  newProtocols: (options, host) => [newGearman(options, host)],
};
