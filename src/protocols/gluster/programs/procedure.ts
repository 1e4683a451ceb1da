/**
 * One row a procedure: all that wiretail knows of it, in whatever version of its program. Describing a message reads
 * the row's facts as properties of the procedure; nothing is looked up by name.
 */
import type { Exchange } from '../../rpc/describer.js';
import { type Body, type Procedure, type Program, program } from '../../rpc/program.js';
import type { Decoded } from '../../rpc/xdr/decoded.js';
import { int, type Names, string, type XdrFields, type XdrStruct } from '../../rpc/xdr/types.js';
import type { DescribeRequest, DescribeResponse, ResultPart, SubjectPart } from '../describe/part.js';
import { statusOnly } from '../describe/replies.js';
import type { LockUse } from '../locks/lock-use.js';
import type { PathObservation } from '../paths/observations.js';
import type { TransactionRole } from './transaction-role.js';

/** What few procedures have. */
interface SpecialFacts {
  /** Names of op_errno that are no errno; a number without one is an errno. */
  readonly errorNames: Names | undefined;
  /** Errors of normal operation: they tell of nothing that is wrong. */
  readonly expectedErrors: readonly string[];
  /** The call introduces the client, and names its brick (SETVOLUME). */
  readonly introducesClient: boolean;
  /** A success has the uuid of the host that the call names. */
  readonly introducesPeer: boolean;
  /** What the call does in a transaction among glusterds. */
  readonly transaction: TransactionRole | undefined;
  /** A success tells the port of the brick that the request names: in the reply, or in the request of the brick itself. */
  readonly brickPort: 'reply' | 'request' | undefined;
  /** What a reply tells of the names of files. */
  readonly paths: PathObservation | undefined;
  /** What a call does to locks. */
  readonly locks: LockUse | undefined;
}

export interface GlusterProcedure extends Procedure, SpecialFacts {
  readonly subject: readonly DescribeRequest[];
  readonly result: DescribeResponse;
  /** Fields that are read of the call and of the reply, by tables. */
  readonly callReads: readonly XdrFields[];
  readonly replyReads: readonly XdrFields[];
  readonly alternative?: GlusterProcedure;
}

export interface GlusterProgram extends Program<GlusterProcedure> {
  readonly isFileOperations: boolean;
  /** Of glusterd, its peers, its command and its bricks. */
  readonly isGlusterd: boolean;
  /**
   * Any op_ret but 0 is a failure: the command and glusterd test it so (gf_cli_*_cbk() of cli/src/cli-rpc-ops.c, the
   * callbacks of glusterd-rpc-ops.c). Elsewhere op_ret is a count if it is not below 0.
   */
  readonly nonZeroFails: boolean;
}

/** A call of a program of gluster/programs or its reply. */
export interface GlusterExchange extends Exchange {
  readonly program: GlusterProgram;
  readonly procedure: GlusterProcedure;
}

type DecodedBody<B> = B extends XdrStruct ? Decoded<B> : never;
type RequestOf<B> = B extends readonly [...unknown[], infer Call, unknown] ? DecodedBody<Call> : never;
type ResponseOf<B> = B extends readonly [...unknown[], unknown, infer Reply] ? DecodedBody<Reply> : never;

type KeyOf<U> = U extends unknown ? keyof U : never;
type ValueOf<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;
/** The fields that any of these types has; of no types, never. */
type AnyOf<U> = [U] extends [never] ? never : { readonly [K in KeyOf<U>]?: ValueOf<U, K> };

/**
 * What every row says. The types reject a part that reads none of the structs' fields, or one as what it is not.
 * @template B the call's and the reply's bodies, of all versions
 */
export interface RowFacts<B> extends Partial<SpecialFacts> {
  readonly name: string;
  /** Which message has raw data behind its struct. */
  readonly data?: Procedure['data'];
  /** What the request puts into the line, and its words of the sentence, in their order. */
  readonly subject: readonly SubjectPart<AnyOf<RequestOf<B>>>[];
  /** What a reply that is no failure puts into the line. */
  readonly result: ResultPart<AnyOf<ResponseOf<B>>>;
  /** Fields that are read by others than the parts. */
  readonly alsoReads?: { readonly call?: XdrFields; readonly reply?: XdrFields };
}

/** Read of every reply: how the call ended. */
const STATUS_READS: XdrFields = { op_ret: int, op_errno: int, op_errstr: string, errstr: string };

/** RowFacts<never>: rows of whatever structs. */
export function newProcedure(
  number: number,
  call: Body,
  reply: Body,
  row: RowFacts<never>,
  name = row.name,
): GlusterProcedure {
  const { subject, result, alsoReads = {} } = row;
  return {
    number,
    name,
    call,
    reply,
    data: row.data,
    // A message is read by its procedure's structs, so that the parts, which fit these, get what they declare.
    subject: subject.map((part) => part.describe as DescribeRequest),
    result: result.describe as DescribeResponse,
    callReads: [
      ...subject.map((part) => part.reads),
      row.paths?.reads.call ?? {},
      row.locks?.reads ?? {},
      alsoReads.call ?? {},
    ],
    replyReads: [STATUS_READS, result.reads, row.paths?.reads.reply ?? {}, alsoReads.reply ?? {}],
    errorNames: row.errorNames,
    expectedErrors: row.expectedErrors ?? [],
    introducesClient: row.introducesClient ?? false,
    introducesPeer: row.introducesPeer ?? false,
    transaction: row.transaction,
    brickPort: row.brickPort,
    paths: row.paths,
    locks: row.locks,
  };
}

interface ProcedureRow<Call extends Body, Reply extends Body> extends RowFacts<readonly [Call, Reply]> {
  readonly number: number;
  readonly call: Call;
  readonly reply: Reply;
}

/** A procedure of one program in one version. */
export function procedure<Call extends Body, Reply extends Body>(
  row: ProcedureRow<Call, Reply>,
): GlusterProcedure {
  return newProcedure(row.number, row.call, row.reply, row);
}

/** Number 0 of nearly every program. */
export const NULL_PROCEDURE = procedure({
  number: 0,
  name: 'NULL',
  call: 'void',
  reply: 'void',
  subject: [],
  result: statusOnly,
});

/** Programs that share rows: versions of one, and glusterd's programs of GlusterFS 3.1, whose rows went to others. */
export type SharedProgram =
  | 'GLUSTER_HNDSK 1'
  | 'GLUSTER_HNDSK 2'
  | 'GD_BRICK 1'
  | 'GD_BRICK 2'
  | 'GD_FRIEND 2'
  | 'GD_MGMT 1'
  | 'GD_MGMT 2'
  | 'CLI 1'
  | 'CLI 2'
  | 'GLUSTERD1_MGMT 1';

type NumberedBodies = readonly [number: number, call: Body, reply: Body];
export type SharedBodies = Readonly<Partial<Record<SharedProgram, NumberedBodies>>>;

interface SharedRow<P extends SharedBodies> extends RowFacts<P[keyof P]> {
  /** Number and structs by program; a program without the procedure is left out. */
  readonly programs: P;
  /** Its name in a program that has it under another. */
  readonly names?: Readonly<Partial<Record<SharedProgram, string>>>;
}

export type SharedProcedure = (program: SharedProgram) => GlusterProcedure | undefined;

/** A procedure of several programs or versions. */
export function sharedProcedure<P extends SharedBodies>(row: SharedRow<P>): SharedProcedure {
  return newSharedProcedure(row.programs, row, row.names);
}

export function newSharedProcedure(
  programs: SharedBodies,
  row: RowFacts<never>,
  names: Readonly<Partial<Record<SharedProgram, string>>> = {},
): SharedProcedure {
  return (program) => {
    const bodies = programs[program];
    return bodies && newProcedure(...bodies, row, names[program]);
  };
}

export function proceduresOf(
  program: SharedProgram,
  rows: readonly SharedProcedure[],
): readonly GlusterProcedure[] {
  return rows.map((row) => row(program)).filter((row) => row !== undefined);
}

type ProgramId = Parameters<typeof program>[0];

interface ProgramTraits {
  readonly isFileOperations?: true;
  readonly isGlusterd?: true;
  /** Of glusterd's programs all but those that say otherwise. */
  readonly nonZeroFails?: boolean;
}

export function glusterProgram(
  id: ProgramId,
  rows: readonly GlusterProcedure[],
  traits: ProgramTraits = {},
): GlusterProgram {
  const isFileOperations = traits.isFileOperations ?? false;
  const isGlusterd = traits.isGlusterd ?? false;
  const nonZeroFails = traits.nonZeroFails ?? isGlusterd;
  return { ...program(id, rows), isFileOperations, isGlusterd, nonZeroFails };
}
