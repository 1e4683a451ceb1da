/** A row of GLUSTER_FOP: a file operation in all versions of the program, in which it has the same number. */
import type { Procedure } from '../../../rpc/program.js';
import type { LockUse } from '../../locks/lock-use.js';
import type { PathObservation } from '../../paths/observations.js';
import type { Bodies, GlusterProcedure, ProcedureFacts } from '../procedure.js';

/** Version 310 is of GlusterFS 3.1 and 3.2, 330 since 3.3, 400 since 4.0. */
export type FopVersion = 310 | 330 | 400;

interface FileOperationRow {
  readonly number: number;
  readonly name: string;
  /** The structs by the program's version; a version without the procedure is left out. */
  readonly versions: Readonly<Partial<Record<FopVersion, Bodies>>>;
  /** Which message has file data behind its struct. */
  readonly data?: Procedure['data'];
  readonly subject: ProcedureFacts['subject'];
  readonly result: ProcedureFacts['result'];
  readonly paths: PathObservation | 'none';
  readonly locks: LockUse | 'none';
  readonly expectedErrors?: readonly string[];
}

export type FileOperation = (version: FopVersion) => GlusterProcedure | undefined;

export function fileOperation(row: FileOperationRow): FileOperation {
  return (version) => {
    const bodies = row.versions[version];
    if (bodies === undefined) return undefined;
    const [call, reply] = bodies;
    return {
      number: row.number,
      name: row.name,
      call,
      reply,
      data: row.data,
      subject: row.subject,
      result: row.result,
      errorNames: undefined,
      expectedErrors: row.expectedErrors ?? [],
      paths: row.paths === 'none' ? undefined : row.paths,
      locks: row.locks === 'none' ? undefined : row.locks,
    };
  };
}
