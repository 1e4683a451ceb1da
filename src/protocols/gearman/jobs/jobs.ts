/** Follows jobs by server and handle, from the client's connection to the worker's and back. */

import { formatAddress } from '../../../packet/address.js';
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { type Connection, type Direction, type Emit, type HostHooks, ToServer } from '../../protocol.js';
import { Magic } from '../header.js';
import type { Packet } from '../packet.js';
import {
  acceptCompletionsBefore,
  addAbility,
  onAssigned,
  onGrabJob,
  onJobNotFound,
  onProgress,
  onWorkerEnd,
  removeAbilities,
} from './assignments.js';
import { newJobConnection } from './connection.js';
import { closeUnfinished } from './lifecycle.js';
import { type JobConnection, JobState } from './model.js';
import { newStuckDetector } from './stuck.js';
import { onJobCreated, onRelayedWork, onSubmissionRefused, onSubmit } from './submissions.js';
import { restoreAbilities, restoreId, type SuspendedJobs } from './suspend.js';
import { BoundedJobTable } from './table.js';

/** Open jobs that are reported when the run ends. */
const UNFINISHED_LIMIT = 10_000;

export interface Jobs {
  open(connection: Connection, emit: Emit, suspended?: SuspendedJobs): JobConnection;
  tick(at: PacketTimestamp): void;
  /** The run ends, after every connection: reports the jobs that still wait or run. */
  end(at: PacketTimestamp): void;
}

/** @param stuckLimit milliseconds after which a waiting job is reported; 0: never */
export function newJobs(stuckLimit: number, host: HostHooks): Jobs {
  const table = new BoundedJobTable(host);
  const stuck = newStuckDetector(table, stuckLimit);
  return {
    open(connection, emit, suspended) {
      const { ipVersion, client, clientPort, fromStart } = connection;
      const id = restoreId(suspended?.id);
      return newJobConnection(
        { emit, ip: formatAddress(ipVersion, ...client), port: clientPort, id },
        suspended?.server ?? table.acquireServer(connection),
        table,
        suspended?.sawAllResponses ?? fromStart,
        restoreAbilities(suspended?.abilities ?? ''),
      );
    },
    tick: stuck.tick,
    end(at) {
      stuck.end(at);
      let left = UNFINISHED_LIMIT;
      for (const job of [...table.openJobs]) {
        if (job.state === JobState.submitted || left === 0) {
          if (job.state !== JobState.submitted) host.count('jobs_evicted');
          table.remove(job);
          continue;
        }
        left--;
        closeUnfinished(table, job, 'stopped', at);
      }
    },
  };
}

/**
 * Takes a complete packet.
 * @param serial the number of the request, or of the request that the response answers; 0: unknown
 */
export function trackPacket(
  connection: JobConnection,
  from: Direction,
  packet: Packet,
  serial: number,
  at: PacketTimestamp,
): void {
  if (packet.tooFew) return;
  if (from === ToServer) {
    if (packet.magic === Magic.request) onRequest(connection, packet, serial, at);
  } else if (packet.magic === Magic.response) onResponse(connection, packet, serial, at);
}

/** A packet of a client or worker. */
function onRequest(
  connection: JobConnection,
  { type, fields }: Packet,
  serial: number,
  at: PacketTimestamp,
): void {
  switch (type.name) {
    case 'WORK_DATA':
    case 'WORK_STATUS':
    case 'WORK_WARNING':
      onProgress(connection, type.name, fields, at);
      break;
    case 'WORK_COMPLETE':
    case 'WORK_FAIL':
    case 'WORK_EXCEPTION':
      onWorkerEnd(connection, type.name, fields, serial, at);
      break;
    case 'GRAB_JOB':
    case 'GRAB_JOB_UNIQ':
    case 'GRAB_JOB_ALL':
      onGrabJob(connection, at);
      break;
    case 'CAN_DO':
    case 'CAN_DO_TIMEOUT':
      // For gearmand a timeout of 0 or less is none (connection.cc, gearman_server_con_add_job_timeout).
      addAbility(
        connection,
        String(fields.function),
        typeof fields.timeout === 'number' && fields.timeout > 0,
      );
      break;
    case 'CANT_DO':
      removeAbilities(connection, String(fields.function), at);
      break;
    case 'RESET_ABILITIES':
      removeAbilities(connection, undefined, at);
      break;
    case 'SET_CLIENT_ID': {
      const { client_id, client_id_hex, client_id_bytes } = fields;
      connection.peer.id = { client_id, client_id_hex, client_id_bytes };
      break;
    }
    default:
      onSubmit(connection, type.name, fields, serial, at);
  }
}

/** A packet of the server. */
function onResponse(
  connection: JobConnection,
  { type, fields }: Packet,
  serial: number,
  at: PacketTimestamp,
): void {
  switch (type.name) {
    case 'JOB_CREATED':
      onJobCreated(connection, fields, serial, at);
      break;
    case 'ERROR':
      if (fields.error_code === 'JOB_NOT_FOUND') onJobNotFound(connection, at);
      else onSubmissionRefused(connection, fields, serial, at);
      break;
    case 'JOB_ASSIGN':
    case 'JOB_ASSIGN_UNIQ':
    case 'JOB_ASSIGN_ALL':
      onAssigned(connection, fields, at);
      acceptCompletionsBefore(connection, serial);
      break;
    case 'WORK_DATA':
    case 'WORK_STATUS':
    case 'WORK_WARNING':
    case 'WORK_COMPLETE':
    case 'WORK_FAIL':
    case 'WORK_EXCEPTION':
      onRelayedWork(connection, type.name, fields, at);
      break;
    case 'NOOP':
      // No response to a request.
      break;
    default:
      acceptCompletionsBefore(connection, serial);
  }
}
