/** Clients of one brick that ask for locks, as the real describer sees their calls and the replies. */
import assert from 'node:assert/strict';
import { type GlusterContext, newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, OUTSIDE, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { introduce } from './calls.js';

const Fop = 1298437;
const Handshake = 14398633;
export const FILE = '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e';
export const DOMAIN = 'v-replicate-0';
export const GRANTED: Fields = { op_ret: 0, op_errno: 0 };
export const AGAIN: Fields = { op_ret: -1, op_errno: 11 };
export const CANCELLED: Fields = { op_ret: -1, op_errno: 4 };

export interface Asked {
  /** The line of the call alone: in the view of messages, or of a call that nobody answered so far. */
  waits(): Description;
  reply(response?: Fields): Description;
  /** The reply's own line, in the view of messages. */
  replyAlone(response?: Fields): Description;
  /** Nobody will answer it. */
  lost(): void;
}

export interface Client {
  readonly host: string;
  readonly pid: number;
  ask(procedure: string, request: Fields, owner?: string, whole?: boolean): Asked;
  /** A call with its reply. */
  do(procedure: string, request: Fields, owner?: string): Description;
  unseen(): void;
  closed(sure?: boolean): void;
}

export interface Bricks {
  readonly shared: GlusterContext;
  /** Seconds since the epoch. */
  clock: { seconds: number };
  client(
    number: number,
    options?: { introduced?: boolean; port?: number; subdir?: string; caller?: number },
  ): Client;
}

function procedureOf(number: number, version: number, name: string) {
  const program = findProgram(number, version);
  const procedure = program?.procedures.find((row) => row?.name === name);
  assert.ok(program !== undefined && procedure !== undefined, name);
  return { program, procedure };
}

export function newBricks(version = 400): Bricks {
  const shared = newContext(PROTOCOL_OPTIONS, OUTSIDE);
  const clock = { seconds: 1_800_000_000 };
  return {
    shared,
    clock,
    client(number, { introduced = true, port = 49152, subdir, caller } = {}) {
      const connection = {
        serverPort: port,
        clientPort: 49000 + number,
        ...ADDRESSES,
        client: [0, 0, 0, 0x0a000100 + number] as const,
        fromStart: introduced,
      };
      const describer = newDescriber(connection, shared);
      const host = `client${number}`;
      const pid = 4000 + number;
      if (introduced) {
        const dict = {
          'process-uuid': `CTX_ID:c-${number}-GRAPH_ID:0-PID:${pid}-HOST:${host}-PC_NAME:v-client-0-RECON_NO:-0`,
          'remote-subvolume': `/bricks/${port}`,
          'process-name': 'fuse',
          ...(subdir === undefined ? {} : { 'subdir-mount': subdir }),
        };
        introduce(describer, {
          ...procedureOf(Handshake, 2, 'SETVOLUME'),
          request: { dict },
          response: GRANTED,
          whole: true,
          refused: false,
          began: 0,
        });
      }
      const self: Client = {
        host,
        pid,
        ask(name, request, owner = `${'0'.repeat(14)}${String(number).padStart(2, '0')}`, whole = true) {
          const found = procedureOf(Fop, version, name);
          const asked = clock.seconds;
          const lock = describer.onCall(
            { ...found, request, auth: { pid: caller ?? pid, lk_owner: owner } },
            whole,
          );
          const exchange = (response?: Fields) => ({
            ...found,
            request,
            response,
            whole,
            refused: false,
            began: describer.now(),
            lock,
            at: { seconds: clock.seconds, nanoseconds: 0 },
            elapsed: (clock.seconds - asked) * 1e9,
          });
          return {
            waits: () => describer.describe(exchange(), 'call'),
            reply: (response = GRANTED) => describer.describe(exchange(response), 'both'),
            replyAlone: (response = GRANTED) => describer.describe(exchange(response), 'reply'),
            lost: () => describer.onReplyLost(found.procedure, request, lock),
          };
        },
        do: (name, request, owner) => self.ask(name, request, owner).reply(),
        unseen: () => describer.onCallsLost(),
        closed: (sure = true) => describer.onClose(sure),
      };
      return self;
    },
  };
}

const flock = (start: number | bigint, len: number | bigint): Fields => ({ start, len });
const [Try, Wait] = [1, 2];
const [Read, Write, Unlock] = [0, 1, 2];

export const record = (start: number | bigint, len: number | bigint, more: Fields = {}): Fields => ({
  gfid: FILE,
  fd: '1',
  cmd: Wait,
  type: Write,
  flock: flock(start, len),
  ...more,
});
export const inode = (start: number | bigint, len: number | bigint, more: Fields = {}): Fields => ({
  gfid: FILE,
  cmd: Wait,
  type: Write,
  flock: flock(start, len),
  volume: DOMAIN,
  ...more,
});
export const names = (name: string, more: Fields = {}): Fields => ({
  gfid: FILE,
  cmd: 0,
  type: Write,
  name,
  volume: DOMAIN,
  ...more,
});
export const trying: Fields = { cmd: Try };
export const reading: Fields = { type: Read };
export const unlocking: Fields = { cmd: Try, type: Unlock };
export const unlockingName: Fields = { cmd: 1 };
export const tryingName: Fields = { cmd: 2 };

/** Hosts of those that a line says are in the way. */
export function holders(description: Description): string[] {
  const { lock } = description.fields as { lock?: { held_by?: { client?: { host: string }; ip: string }[] } };
  return (lock?.held_by ?? []).map(({ client, ip }) => client?.host ?? ip);
}

export function waited(description: Description): unknown {
  return (description.fields.lock as Fields | undefined)?.waited;
}
