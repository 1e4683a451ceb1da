/**
 * One row a procedure: all that wiretail knows of it, in whatever version of its program. Describing a message reads
 * the row's facts as properties of the procedure; nothing is looked up by name.
 */
import type { Body, Procedure, Program } from '../../rpc/program.js';
import type { Names } from '../../rpc/xdr/types.js';
import type { SubjectPart } from '../describe/parts.js';
import type { ResultPart } from '../describe/results.js';
import type { LockUse } from '../locks/lock-use.js';
import type { PathObservation } from '../paths/observations.js';

/** What is known of a procedure beside its number and structs. */
export interface ProcedureFacts {
  /** What the request puts into the line, and its words of the sentence, in their order. */
  readonly subject: readonly SubjectPart[];
  /** What a reply that is no failure puts into the line. */
  readonly result: ResultPart;
  /** Names of op_errno that are no errno; a number without one is an errno. */
  readonly errorNames: Names | undefined;
  /** Errors of normal operation: they tell of nothing that is wrong. */
  readonly expectedErrors: readonly string[];
  /** What a reply tells of the names of files. */
  readonly paths: PathObservation | undefined;
  /** What a call does to locks. */
  readonly locks: LockUse | undefined;
}

export interface GlusterProcedure extends Procedure, ProcedureFacts {
  readonly alternative?: GlusterProcedure;
}

export type GlusterProgram = Program<GlusterProcedure>;

/** The call's and the reply's body. */
export type Bodies = readonly [call: Body, reply: Body];
