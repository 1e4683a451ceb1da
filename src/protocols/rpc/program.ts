/** RPC programs as tables: one row a procedure, in the order of their numbers. */
import type { Dataset } from '../../records/datasets.js';
import type { XdrStruct } from './xdr/types.js';

/**
 * The body of a message, after its RPC header: a struct; nothing (`void`); an undocumented form (`unknown`); or the
 * message does not exist, as the reply to a callback (`never`).
 */
export type Body = XdrStruct | 'void' | 'unknown' | 'never';

export interface Procedure {
  readonly number: number;
  readonly name: string;
  readonly call: Body;
  readonly reply: Body;
  /** The message that carries file data after its struct, up to the end of the record. */
  readonly data: 'call' | 'reply' | undefined;
  /** Another meaning of the number, in some versions of GlusterFS that have the same program version. */
  readonly alternative?: Procedure;
}

/** @template P its rows, which may have further columns */
export interface Program<P extends Procedure = Procedure> {
  readonly number: number;
  readonly version: number;
  /** GLUSTER_FOP, CLI, GD_MGMT, ... */
  readonly name: string;
  readonly dataset: Dataset;
  /** By number; undefined where the program has no procedure. */
  readonly procedures: readonly (P | undefined)[];
  /** Its calls are sent by the server of the connection, and have no reply. */
  readonly callback: boolean;
}

/** A procedure whose number has another meaning in some versions of GlusterFS. The bodies of its messages show which one applies. */
export function withAlternative<P extends Procedure>(usual: P, alternative: P): P {
  return { ...usual, alternative };
}

/** A program with these rows; its array is indexed by procedure number. */
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
