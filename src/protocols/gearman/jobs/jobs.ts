/**
 * Jobs, followed by server and handle from the client's connection to the worker's and back: what each packet
 * means for them.
 */

import { formatAddress } from '../../../packet/address.js';
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { type Connection, type Direction, type Emit, type HostHooks, ToServer } from '../../protocol.js';
import type { Packet } from '../packet.js';
import { Magic } from '../resync.js';
import { created, refused, relayed, submit } from './client.js';
import { newConnection } from './connection.js';
import { unfinished } from './end.js';
import { type JobConnection, State } from './model.js';
import { newStuck } from './stuck.js';
import { abilitiesOf, idOf, type JobsRest } from './suspend.js';
import { newTable } from './table.js';
import { answered, asks, assigned, canDo, cantDo, ended, notFound, worked } from './worker.js';

/** Jobs that have a line at the end of the run, though they have not ended. */
const UnfinishedLimit = 10_000;

export interface Jobs {
  /** @param rest what was left of it while it slept */
  open(connection: Connection, emit: Emit, rest?: JobsRest): JobConnection;
  tick(at: PacketTimestamp): void;
  /** The run is over, and every connection with it: tells of what was still waiting or running. */
  end(at: PacketTimestamp): void;
}

export function newJobs(limit: number, host: HostHooks): Jobs {
  const table = newTable(host);
  const stuck = newStuck(table, limit);
  return {
    open(connection, emit, rest) {
      const { ipVersion, client, clientPort, fromStart } = connection;
      const peer = { emit, ip: formatAddress(ipVersion, ...client), port: clientPort, id: idOf(rest?.id) };
      const server = rest?.server ?? table.server(connection);
      return newConnection(
        peer,
        server,
        table,
        rest?.complete ?? fromStart,
        abilitiesOf(rest?.abilities ?? ''),
      );
    },
    tick: stuck.tick,
    end(at) {
      stuck.end(at);
      let left = UnfinishedLimit;
      for (const job of [...table.open()]) {
        if (job.state === State.submitted || left === 0) {
          if (job.state !== State.submitted) host.count('jobs_evicted');
          table.remove(job);
          continue;
        }
        left--;
        unfinished(table, job, 'the run ended', at);
      }
    },
  };
}

/** A packet that was seen whole, of the side that sends such. @param serial of the request that it is or answers */
export function follow(
  connection: JobConnection,
  from: Direction,
  packet: Packet,
  serial: number,
  at: PacketTimestamp,
): void {
  if (packet.tooFew) return;
  if (from === ToServer) {
    if (packet.magic === Magic.request) asked(connection, packet, serial, at);
  } else if (packet.magic === Magic.response) said(connection, packet, serial, at);
}

/** What a client or worker says. */
function asked(
  connection: JobConnection,
  { type, fields }: Packet,
  serial: number,
  at: PacketTimestamp,
): void {
  switch (type.name) {
    case 'WORK_DATA':
    case 'WORK_STATUS':
    case 'WORK_WARNING':
      worked(connection, type.name, fields, at);
      break;
    case 'WORK_COMPLETE':
    case 'WORK_FAIL':
    case 'WORK_EXCEPTION':
      ended(connection, type.name, fields, serial, at);
      break;
    case 'GRAB_JOB':
    case 'GRAB_JOB_UNIQ':
    case 'GRAB_JOB_ALL':
      asks(connection, at);
      break;
    case 'CAN_DO':
    case 'CAN_DO_TIMEOUT':
      // gearmand takes a timeout of 0 or less for none (connection.cc, gearman_server_con_add_job_timeout).
      canDo(connection, String(fields.function), typeof fields.timeout === 'number' && fields.timeout > 0);
      break;
    case 'CANT_DO':
      cantDo(connection, String(fields.function), at);
      break;
    case 'RESET_ABILITIES':
      cantDo(connection, undefined, at);
      break;
    case 'SET_CLIENT_ID': {
      const { client_id, client_id_hex, client_id_bytes } = fields;
      connection.peer.id = { client_id, client_id_hex, client_id_bytes };
      break;
    }
    default:
      submit(connection, type.name, fields, serial, at);
  }
}

/** What the server says. */
function said(
  connection: JobConnection,
  { type, fields }: Packet,
  serial: number,
  at: PacketTimestamp,
): void {
  switch (type.name) {
    case 'JOB_CREATED':
      created(connection, fields, serial, at);
      break;
    case 'ERROR':
      if (fields.error_code === 'JOB_NOT_FOUND') notFound(connection, at);
      else refused(connection, fields, serial, at);
      break;
    case 'JOB_ASSIGN':
    case 'JOB_ASSIGN_UNIQ':
    case 'JOB_ASSIGN_ALL':
      assigned(connection, fields, at);
      answered(connection, serial);
      break;
    case 'WORK_DATA':
    case 'WORK_STATUS':
    case 'WORK_WARNING':
    case 'WORK_COMPLETE':
    case 'WORK_FAIL':
    case 'WORK_EXCEPTION':
      relayed(connection, type.name, fields, at);
      break;
    case 'NOOP':
      // Said of its own accord.
      break;
    default:
      answered(connection, serial);
  }
}
