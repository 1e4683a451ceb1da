/** Hand-made packets between a gearmand, its clients and its workers, and the resulting job records. */
import type { PacketTimestamp } from '../../../src/packet/timestamp.js';
import { newGearman } from '../../../src/protocols/gearman/implementation.js';
import type { ProtocolOptions } from '../../../src/protocols/protocol.js';
import type { JsonObject, RecordBody } from '../../../src/records/record.js';
import { HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { type EmittedRecord, type Feeder, newFeeder, ToClient, ToServer } from './harness.js';
import { PACKET_EXAMPLES, packet } from './packets.js';

const ids = new Map(PACKET_EXAMPLES.map(({ name, type }) => [name, type]));

export function typeId(name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`no type ${name}`);
  return id;
}

export interface Peer {
  readonly feed: Feeder;
  /** Sends a packet. The arguments and the payload are joined by NULs. */
  sends(name: string, ...args: (string | number)[]): void;
  receives(name: string, ...args: (string | number)[]): void;
  close(reason?: 'fin' | 'rst' | 'end' | 'evicted' | 'reused'): void;
  lose(dir: typeof ToServer | typeof ToClient): void;
}

export interface JobLine {
  action: string;
  level: string;
  outcome: string | undefined;
  duration: number | undefined;
  age: number | undefined;
  message: string;
  /** The client port of the record's connection. */
  port: number;
  from: number;
  job: JsonObject & {
    worker?: JsonObject;
    previous_worker?: JsonObject;
  };
  body: RecordBody;
}

export interface Lab {
  readonly at: PacketTimestamp;
  readonly counted: string[];
  /** Advances time by milliseconds. */
  advance(ms: number): void;
  connect(options?: { fromStart?: boolean; port?: number; address?: number }): Peer;
  tick(): void;
  /** Ends the run, after every connection. */
  end(): void;
  /** The job records so far. */
  lines(): JobLine[];
  seen(): EmittedRecord[];
}

interface PortRecord {
  readonly port: number;
  readonly record: EmittedRecord;
}

function jobLine({ port, record: { from, body } }: PortRecord): JobLine {
  const { action, level, outcome, duration, age, message, sections } = body;
  // As JSON: without undefined members.
  const job = JSON.parse(JSON.stringify(sections.gearman?.job));
  return { action, level, outcome, duration, age, message, port, from, job, body };
}

export function newLab(options: Partial<ProtocolOptions> = {}, adjustGauge = HOST_HOOKS.adjustGauge): Lab {
  const counted: string[] = [];
  const protocol = newGearman(
    { ...PROTOCOL_OPTIONS, ...options },
    { ...HOST_HOOKS, adjustGauge, count: (counter) => counted.push(counter) },
  );
  const at: PacketTimestamp = { seconds: 1_700_000_000, nanoseconds: 0, packet: 1 };
  const peers = new Map<Peer, number>();
  const seen: PortRecord[] = [];
  let ports = 50_000;
  const bytes = (magic: 'REQ' | 'RES', name: string, args: (string | number)[]) =>
    packet(magic, typeId(name), args.join('\0'));
  return {
    at,
    counted,
    advance(ms) {
      const nanoseconds = at.nanoseconds + Math.round(ms * 1e6);
      at.seconds += Math.floor(nanoseconds / 1e9);
      at.nanoseconds = nanoseconds % 1e9;
    },
    connect({ fromStart = true, port = ports++, address = 0x0a000003 } = {}) {
      const own: EmittedRecord[] = [];
      own.push = (record) => seen.push({ port, record });
      const feed = newFeeder({ fromStart, protocol, client: { port, address }, seen: own });
      feed.at = at;
      const self: Peer = {
        feed,
        sends(name, ...args) {
          at.packet++;
          feed.send(ToServer, bytes('REQ', name, args));
        },
        receives(name, ...args) {
          at.packet++;
          feed.send(ToClient, bytes('RES', name, args));
        },
        close(reason = 'fin') {
          peers.delete(self);
          feed.close(reason);
        },
        lose(dir) {
          feed.gap(dir, 10);
        },
      };
      peers.set(self, port);
      return self;
    },
    tick() {
      protocol.tick?.(at);
    },
    end() {
      for (const peer of [...peers.keys()]) peer.close('end');
      protocol.end?.(at);
    },
    lines: () => seen.filter(({ record }) => record.body.dataset === 'gearman.job').map(jobLine),
    seen: () => seen.map(({ record }) => record),
  };
}

/** Submits a job. The server answers 1 ms later. */
export function submit(
  lab: Lab,
  client: Peer,
  type: string,
  handle: string,
  unique = 'u',
  data = 'work',
): void {
  client.sends(type, 'f', unique, data);
  lab.advance(1);
  client.receives('JOB_CREATED', handle);
}

/** Assigns a job to a worker. */
export function assign(worker: Peer, handle: string, unique = 'u', data = 'work'): void {
  worker.sends('GRAB_JOB_UNIQ');
  worker.receives('JOB_ASSIGN_UNIQ', handle, 'f', unique, data);
}
