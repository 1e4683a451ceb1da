/** The row of a file operation, for all versions of GLUSTER_FOP. Its number is the same in all of them. */
import type { Body } from '../../../rpc/program.js';
import type { LockUse } from '../../locks/lock-use.js';
import type { PathObservation } from '../../paths/observations.js';
import { type GlusterProcedure, newProcedure, type RowFacts } from '../procedure.js';

/** 310: GlusterFS 3.1 and 3.2; 330: since 3.3; 400: since 4.0. */
export type FopVersion = 310 | 330 | 400;

type Bodies = readonly [call: Body, reply: Body];
type Versions = Readonly<Partial<Record<FopVersion, Bodies>>>;

interface FileOperationRow<V extends Versions> extends Omit<RowFacts<V[keyof V]>, 'paths' | 'locks'> {
  readonly number: number;
  /** The structs by the program's version; a version without the procedure is left out. */
  readonly versions: V;
  readonly paths: PathObservation | 'none';
  readonly locks: LockUse | 'none';
}

export type FileOperation = (version: FopVersion) => GlusterProcedure | undefined;

export function fileOperation<V extends Versions>(row: FileOperationRow<V>): FileOperation {
  const versions: Versions = row.versions;
  const facts: RowFacts<never> = {
    ...row,
    paths: row.paths === 'none' ? undefined : row.paths,
    locks: row.locks === 'none' ? undefined : row.locks,
  };
  return (version) => {
    const bodies = versions[version];
    return bodies && newProcedure(row.number, ...bodies, facts);
  };
}
