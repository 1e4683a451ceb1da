/** Describes calls to a brick and their replies. */
import assert from 'node:assert/strict';
import type { GlusterContext } from '../../../src/protocols/gluster/context.js';
import { newDescriber } from '../../../src/protocols/gluster/describer.js';
import { findProgram } from '../../../src/protocols/gluster/programs/index.js';
import type { Connection } from '../../../src/protocols/protocol.js';
import type { Describer, Description, Exchange, Fields } from '../../../src/protocols/rpc/describer.js';
import { ADDRESSES } from '../../helpers/connection.js';

const PROGRAMS = {
  fop: [1298437, 400],
  handshake: [14398633, 2],
  portmap: [34123456, 1],
} as const;

export const ROOT = '00000000-0000-0000-0000-000000000001';
export const NO_GFID = '00000000-0000-0000-0000-000000000000';

/** The gfid of file n. */
export const id = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

export const ok: Fields = { op_ret: 0, op_errno: 0 };
export const failed = (op_errno: number): Fields => ({ op_ret: -1, op_errno });

/** Attributes of a file, and of a directory. */
export const file = (n: number, links = 1) => ({ ia_gfid: id(n), ia_nlink: links, mode: 0o100644 });
export const directory = (n: number) => ({ ia_gfid: id(n), ia_nlink: 2, mode: 0o040755 });

export function exchange(
  name: string,
  request: Fields | undefined,
  more: Partial<Exchange> = {},
  of: keyof typeof PROGRAMS = 'fop',
): Exchange {
  const [number, version] = PROGRAMS[of];
  const program = findProgram(number, version);
  const procedure = program?.procedures.find((row) => row?.name === name);
  assert.ok(program !== undefined && procedure !== undefined, name);
  const defaults = { response: undefined, whole: true, refused: false, epoch: 0 };
  return { program, procedure, request, ...defaults, ...more };
}

/** Describes a SETVOLUME call and its reply. */
export function identify(describer: Describer, setVolume: Exchange): Description {
  describer.onCall({ ...setVolume, auth: undefined }, setVolume.whole);
  return describer.describe(setVolume, 'both');
}

export interface Client {
  readonly describer: Describer;
  /** A call and its reply. */
  callAndReply(name: string, request: Fields, response: Fields): Description;
  /** The fields in the line of a call on this gfid. */
  fieldsOf(gfid: string): Fields;
  path(gfid: string): string | undefined;
  /** Describes an accepted SETVOLUME with this dictionary. */
  identify(dict: Readonly<Record<string, string>>): Description;
}

const address = { ...ADDRESSES, clientPort: 49151 };

export function client(shared: GlusterContext, at: Partial<Connection> = {}): Client {
  const connection = { serverPort: 49152, fromStart: true, ...address, ...at };
  const describer = newDescriber(connection, shared);
  const fieldsOf = (gfid: string) => {
    const { path, path_before_gap, volume, brick, brick_host } = describer.describe(
      exchange('FSTAT', { gfid }),
      'call',
    ).fields;
    const fields = { path, path_before_gap, volume, brick, brick_host };
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  };
  return {
    describer,
    callAndReply: (name, request, response) =>
      describer.describe(exchange(name, request, { response, epoch: describer.observationEpoch() }), 'both'),
    fieldsOf,
    path: (gfid) => fieldsOf(gfid).path as string | undefined,
    identify(dict) {
      const texts = Object.entries(dict).map(([key, text]) => [key, { hex: '00', text }]);
      const request = { dict: Object.fromEntries(texts) };
      const more = { response: ok, epoch: describer.observationEpoch() };
      return identify(describer, exchange('SETVOLUME', request, more, 'handshake'));
    },
  };
}
