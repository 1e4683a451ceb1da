/** RPC programs as tables: one row a procedure, in the order of their numbers. */
import type { Dataset } from '../../records/datasets.js';
import type { XdrStruct } from './xdr/types.js';

/**
 * What a message carries behind its RPC header: a struct; nothing at all (`void`); something whose form
 * nobody has written down (`unknown`); or the message does not exist, as with the reply to a callback
 * (`never`).
 */
export type Body = XdrStruct | 'void' | 'unknown' | 'never';

export interface Procedure {
  readonly number: number;
  readonly name: string;
  readonly call: Body;
  readonly reply: Body;
  /** Which of the two has raw data (of a file) behind its struct, up to the end of the record. */
  readonly data: 'call' | 'reply' | undefined;
  /** What the number means in some versions of GlusterFS under the same version of the program. */
  readonly alternative?: Procedure;
}

/** @template P its rows: a room that knows more of its procedures has more in them */
export interface Program<P extends Procedure = Procedure> {
  readonly number: number;
  readonly version: number;
  /** As rpc.program names it: GLUSTER_FOP, CLI, GD_MGMT, ... */
  readonly name: string;
  readonly dataset: Dataset;
  /** By number; a hole where the program has none. */
  readonly procedures: readonly (P | undefined)[];
  /** Its calls go from the server to the client of the connection, and have no reply. */
  readonly callback: boolean;
}

/** A number that means something else in some versions of GlusterFS: which one, the messages tell. */
export function either<P extends Procedure>(usual: P, alternative: P): P {
  return { ...usual, alternative };
}

/** A program of these rows; the array is indexed by procedure number. */
export function program<P extends Procedure>(
  {
    number,
    version,
    name,
    dataset,
    callback,
  }: Omit<Program, 'procedures' | 'callback'> & { callback?: true },
  rows: readonly P[],
): Program<P> {
  const last = rows.reduce((most, row) => Math.max(most, row.number), -1);
  const procedures: (P | undefined)[] = new Array(last + 1).fill(undefined);
  for (const row of rows) procedures[row.number] = row;
  return { number, version, name, dataset, callback: callback === true, procedures };
}
