/**
 * The row of a procedure declares everything that wiretail knows about it, for all versions of its program. A describer
 * reads these facts as properties of the procedure, without a lookup by name.
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

/** Facts that apply to few procedures. */
interface SpecialFacts {
  /** Names of op_errno values that are not errnos; a value without a name is an errno. */
  readonly errorNames: Names | undefined;
  /** Errors that are common in normal operation. */
  readonly expectedErrors: readonly string[];
  /** The call identifies the client and its brick (SETVOLUME). */
  readonly identifiesClient: boolean;
  /** A successful reply has the uuid of the host that the call names. */
  readonly identifiesPeer: boolean;
  /** The role of the call in a transaction between glusterds. */
  readonly transaction: TransactionRole | undefined;
  /** The message with the port of the brick that the request names: the reply, or the request if the brick sends it. */
  readonly brickPort: 'reply' | 'request' | undefined;
  /** How to observe names of files in the call and its reply. */
  readonly paths: PathObservation | undefined;
  /** What the call does to locks. */
  readonly locks: LockUse | undefined;
}

export interface GlusterProcedure extends Procedure, SpecialFacts {
  readonly subject: readonly DescribeRequest[];
  readonly result: DescribeResponse;
  /** The fields of the call and of the reply that describers read, as tables. */
  readonly callReads: readonly XdrFields[];
  readonly replyReads: readonly XdrFields[];
  readonly alternative?: GlusterProcedure;
}

export interface GlusterProgram extends Program<GlusterProcedure> {
  readonly isFileOperations: boolean;
  /** A program of glusterd: with peers, with the gluster command, or with bricks. */
  readonly isGlusterd: boolean;
  /**
   * Any op_ret but 0 is a failure: the command and glusterd test it so (gf_cli_*_cbk() of cli/src/cli-rpc-ops.c, the
   * callbacks of glusterd-rpc-ops.c). Elsewhere op_ret is a count if it is not below 0.
   */
  readonly nonZeroFails: boolean;
}

/** A call or reply of a program of gluster/programs. */
export interface GlusterExchange extends Exchange {
  readonly program: GlusterProgram;
  readonly procedure: GlusterProcedure;
}

type DecodedBody<B> = B extends XdrStruct ? Decoded<B> : never;
type RequestOf<B> = B extends readonly [...unknown[], infer Call, unknown] ? DecodedBody<Call> : never;
type ResponseOf<B> = B extends readonly [...unknown[], unknown, infer Reply] ? DecodedBody<Reply> : never;

type KeyOf<U> = U extends unknown ? keyof U : never;
type ValueOf<U, K> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;
/** The fields of any type of a union; never if the union is empty. */
type AnyOf<U> = [U] extends [never] ? never : { readonly [K in KeyOf<U>]?: ValueOf<U, K> };

/**
 * The facts of every row. The types reject a part that reads no field of the structs, or reads a field as the wrong type.
 * @template B the bodies of the call and the reply, in all versions
 */
export interface RowFacts<B> extends Partial<SpecialFacts> {
  readonly name: string;
  /** The message with raw data after its struct. */
  readonly data?: Procedure['data'];
  /** The parts for the request, in the order of their words in the sentence. */
  readonly subject: readonly SubjectPart<AnyOf<RequestOf<B>>>[];
  /** The part for a successful reply. */
  readonly result: ResultPart<AnyOf<ResponseOf<B>>>;
  /** Fields that code other than the parts reads. */
  readonly alsoReads?: { readonly call?: XdrFields; readonly reply?: XdrFields };
}

/** The status, which is read from every reply. */
const STATUS_READS: XdrFields = { op_ret: int, op_errno: int, op_errstr: string, errstr: string };

/** `RowFacts<never>` accepts the facts of any row. */
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
    // Safe: RowFacts admits only parts that fit the procedure's structs, by which messages are decoded.
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
    identifiesClient: row.identifiesClient ?? false,
    identifiesPeer: row.identifiesPeer ?? false,
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

/** Programs that share rows: versions of one program, and GlusterFS 3.1's programs of glusterd, which were split later. */
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
  /** The names in programs that name the procedure differently. */
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
  /** Defaults to isGlusterd. */
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
