/** A row of the programs of the gluster command: a command as an administrator types it, with its own procedure. */
import { statusMessage, TRANSACTION_REPLY, typedCommand } from '../../describe/glusterd.js';
import type { CommandOperation } from '../../describe/operations.js';
import { newSharedProcedure, type SharedBodies, type SharedProcedure } from '../procedure.js';

/** In the program that GlusterFS 3.1.0 had for everything, with a prefix. */
export const gluster310Name = (name: string) => ({ 'GLUSTERD1_MGMT 1': `CLI_${name}` });

/** The reply's dictionary names the transaction. */
export const COMMAND_READS = { reply: TRANSACTION_REPLY };

interface CommandRow {
  readonly name: string;
  readonly programs: SharedBodies;
  /** What the command leads to; undefined: no operation of glusterd, or it is not known. */
  readonly operation: CommandOperation | undefined;
}

export function command({ name, programs, operation }: CommandRow): SharedProcedure {
  const subject = [typedCommand(operation)];
  const row = { name, subject, result: statusMessage, alsoReads: COMMAND_READS };
  return newSharedProcedure(programs, row, gluster310Name(name));
}
