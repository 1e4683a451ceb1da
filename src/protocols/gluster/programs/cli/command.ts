/** Rows for the programs of the gluster command, which have one procedure for each command. */
import { statusMessage, TRANSACTION_REPLY, typedCommand } from '../../describe/glusterd.js';
import type { CommandOperation } from '../../describe/operations.js';
import { newSharedProcedure, type SharedBodies, type SharedProcedure } from '../procedure.js';

/** GLUSTERD1_MGMT, the only program of glusterd in GlusterFS 3.1.0, has a prefix before the names of commands. */
export const gluster310Name = (name: string) => ({ 'GLUSTERD1_MGMT 1': `CLI_${name}` });

/** The reply's dictionary names the transaction. */
export const COMMAND_READS = { reply: TRANSACTION_REPLY };

interface CommandRow {
  readonly name: string;
  readonly programs: SharedBodies;
  /** The operation of glusterd that the command starts; undefined: none, or unknown. */
  readonly operation: CommandOperation | undefined;
}

export function command({ name, programs, operation }: CommandRow): SharedProcedure {
  const subject = [typedCommand(operation)];
  const row = { name, subject, result: statusMessage, alsoReads: COMMAND_READS };
  return newSharedProcedure(programs, row, gluster310Name(name));
}
