/** Gearman: the binary protocol and the text protocol of its administration. */
import type { HostHooks, Protocol, ProtocolOptions } from '../protocol.js';
import { openDecoder } from './decoder.js';
import { claim } from './detect.js';
import { newJobs } from './jobs/jobs.js';
import { newLateClaim } from './midstream.js';

/** One for each decoder thread: what it knows of jobs it knows for all connections of a server. */
export function gearman(options: ProtocolOptions, outside: HostHooks): Protocol {
  const expected = new Set(options.gearmanPorts);
  const jobs = options.view === 'calls' ? newJobs(options.stuck, outside) : undefined;
  return {
    name: 'gearman',
    detect: (dir, buf, start, end, connection) => claim(dir, buf, start, end, connection, expected),
    detectMidstream: newLateClaim,
    open: (connection, emit, options, asleep) => openDecoder(connection, emit, options, jobs, asleep),
    ...(jobs === undefined ? {} : { tick: jobs.tick, end: jobs.end }),
  };
}
