/** Clients of one brick that request locks; their calls and replies go through real describers. */
import assert from 'node:assert/strict';
import { type GlusterContext, newContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Description, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { identify } from './calls.js';

const FOP = 1298437;
const HANDSHAKE = 14398633;
export const FILE = '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e';
export const DOMAIN = 'v-replicate-0';
export const GRANTED: Fields = { op_ret: 0, op_errno: 0 };
export const AGAIN: Fields = { op_ret: -1, op_errno: 11 };
export const CANCELLED: Fields = { op_ret: -1, op_errno: 4 };

/** A captured lock call. */
export interface LockCall {
  /** Describes the call without its reply: in `--view messages`, or before the reply is captured. */
  describeCall(): Description;
  reply(response?: Fields): Description;
  /** Describes the reply alone, in `--view messages`. */
  describeReply(response?: Fields): Description;
  /** The reply is lost. */
  loseReply(): void;
}

export interface Client {
  readonly host: string;
  readonly pid: number;
  call(procedure: string, request: Fields, owner?: string, whole?: boolean): LockCall;
  /** Describes a granted call with its reply. */
  callAndReply(procedure: string, request: Fields, owner?: string): Description;
  markCallsLost(): void;
  close(isCertain?: boolean): void;
}

export interface Bricks {
  readonly context: GlusterContext;
  /** Seconds since the epoch. */
  clock: { seconds: number };
  client(
    number: number,
    options?: { identified?: boolean; port?: number; subdir?: string; caller?: number },
  ): Client;
}

function procedureOf(number: number, version: number, name: string) {
  const program = findProgram(number, version);
  const procedure = program?.procedures.find((row) => row?.name === name);
  assert.ok(program !== undefined && procedure !== undefined, name);
  return { program, procedure };
}

export function newBricks(version = 400): Bricks {
  const context = newContext(PROTOCOL_OPTIONS, HOST_HOOKS);
  const clock = { seconds: 1_800_000_000 };
  return {
    context,
    clock,
    client(number, { identified = true, port = 49152, subdir, caller } = {}) {
      const connection = {
        serverPort: port,
        clientPort: 49000 + number,
        ...ADDRESSES,
        client: [0, 0, 0, 0x0a000100 + number] as const,
        fromStart: identified,
      };
      const describer = newDescriber(connection, context);
      const host = `client${number}`;
      const pid = 4000 + number;
      if (identified) {
        const dict = {
          'process-uuid': `CTX_ID:c-${number}-GRAPH_ID:0-PID:${pid}-HOST:${host}-PC_NAME:v-client-0-RECON_NO:-0`,
          'remote-subvolume': `/bricks/${port}`,
          'process-name': 'fuse',
          ...(subdir === undefined ? {} : { 'subdir-mount': subdir }),
        };
        identify(describer, {
          ...procedureOf(HANDSHAKE, 2, 'SETVOLUME'),
          request: { dict },
          response: GRANTED,
          whole: true,
          refused: false,
          epoch: 0,
        });
      }
      const lockClient: Client = {
        host,
        pid,
        call(name, request, owner = `${'0'.repeat(14)}${String(number).padStart(2, '0')}`, whole = true) {
          const found = procedureOf(FOP, version, name);
          const start = clock.seconds;
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
            epoch: describer.observationEpoch(),
            lock,
            at: { seconds: clock.seconds, nanoseconds: 0 },
            elapsed: (clock.seconds - start) * 1e9,
          });
          return {
            describeCall: () => describer.describe(exchange(), 'call'),
            reply: (response = GRANTED) => describer.describe(exchange(response), 'both'),
            describeReply: (response = GRANTED) => describer.describe(exchange(response), 'reply'),
            loseReply: () => describer.onReplyLost(found.procedure, request, lock),
          };
        },
        callAndReply: (name, request, owner) => lockClient.call(name, request, owner).reply(),
        markCallsLost: () => describer.onCallsLost(),
        close: (isCertain = true) => describer.onClose(isCertain),
      };
      return lockClient;
    },
  };
}

const flock = (start: number | bigint, len: number | bigint): Fields => ({ start, len });
const [NON_BLOCKING, BLOCKING] = [1, 2];
const [READ, WRITE, UNLOCK] = [0, 1, 2];

export const record = (start: number | bigint, len: number | bigint, more: Fields = {}): Fields => ({
  gfid: FILE,
  fd: '1',
  cmd: BLOCKING,
  type: WRITE,
  flock: flock(start, len),
  ...more,
});
export const inode = (start: number | bigint, len: number | bigint, more: Fields = {}): Fields => ({
  gfid: FILE,
  cmd: BLOCKING,
  type: WRITE,
  flock: flock(start, len),
  volume: DOMAIN,
  ...more,
});
export const names = (name: string, more: Fields = {}): Fields => ({
  gfid: FILE,
  cmd: 0,
  type: WRITE,
  name,
  volume: DOMAIN,
  ...more,
});
export const nonBlocking: Fields = { cmd: NON_BLOCKING };
export const reading: Fields = { type: READ };
export const unlocking: Fields = { cmd: NON_BLOCKING, type: UNLOCK };
export const unlockingName: Fields = { cmd: 1 };
export const nonBlockingName: Fields = { cmd: 2 };

/** Hosts that a line names as lock holders. */
export function holders(description: Description): string[] {
  const { lock } = description.fields as { lock?: { held_by?: { client?: { host: string }; ip: string }[] } };
  return (lock?.held_by ?? []).map(({ client, ip }) => client?.host ?? ip);
}

export function waited(description: Description): unknown {
  return (description.fields.lock as Fields | undefined)?.waited;
}
