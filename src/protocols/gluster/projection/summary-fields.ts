/**
 * The fields and dictionary keys that `--detail summary` reads of a message: those that the parts of its procedures'
 * rows read (gluster/programs). Others are only passed over, so each of them costs time in every message that has it.
 */
import type { Body } from '../../rpc/program.js';
import type { KeyFilter } from '../../rpc/xdr/dict.js';
import type { XdrFields, XdrStruct, XdrType } from '../../rpc/xdr/types.js';
import type { KeyedDict } from '../describe/part.js';
import { PROGRAMS } from '../programs/index.js';
import type { GlusterProcedure } from '../programs/procedure.js';

/** Of a struct: the fields that are read, with the keys that are read of a dictionary; undefined: all. */
type StructSummary = Map<string, readonly KeyFilter[] | undefined>;

/** By the struct's name: structs of one name are read alike. */
const SUMMARIES = new Map<string, StructSummary>();

/**
 * Who makes a call (rpc/auth.ts), in a credential's structs. The rest of a credential is the time that the file gets:
 * `ctime_*`, `flags`.
 */
const CREDENTIAL_FIELDS = ['stamp', 'machname', 'pid', 'uid', 'gid', 'ngrps', 'groups', 'lk_owner'];
const CREDENTIALS = [
  'authsys_parms',
  'auth_glusterfs_parms',
  'auth_glusterfs_parms_v2',
  'auth_glusterfs_params_v3',
];

function isKeyed(type: XdrType): type is KeyedDict {
  return type.kind === 'dict' && 'keys' in type;
}

/** The struct whose fields are read within a field of this type. */
function innerStruct(type: XdrType | undefined): XdrStruct | undefined {
  if (type === undefined) return undefined;
  if (type.kind === 'struct') return type;
  return type.kind === 'array' || type.kind === 'chain' || type.kind === 'since'
    ? innerStruct(type.of)
    : undefined;
}

function summaryOf(struct: string): StructSummary {
  let summary = SUMMARIES.get(struct);
  if (summary === undefined) {
    summary = new Map();
    SUMMARIES.set(struct, summary);
  }
  return summary;
}

/** Adds what is read of a struct. */
function addReads(struct: XdrStruct, reads: XdrFields): void {
  const summary = summaryOf(struct.name);
  for (const [field, read] of Object.entries(reads)) {
    if (!Object.hasOwn(struct.fields, field)) continue;
    const earlier = summary.has(field) ? summary.get(field) : [];
    summary.set(field, isKeyed(read) && earlier !== undefined ? [...earlier, read.keys] : undefined);
    const inner = innerStruct(struct.fields[field]);
    const innerReads = innerStruct(read);
    if (inner !== undefined && innerReads !== undefined) addReads(inner, innerReads.fields);
  }
}

function addBody(body: Body, reads: readonly XdrFields[]): void {
  if (typeof body === 'string') return;
  for (const fields of reads) addReads(body, fields);
}

function addProcedure({ call, callReads, reply, replyReads, alternative }: GlusterProcedure): void {
  addBody(call, callReads);
  addBody(reply, replyReads);
  if (alternative !== undefined) addProcedure(alternative);
}

for (const struct of CREDENTIALS) {
  for (const field of CREDENTIAL_FIELDS) summaryOf(struct).set(field, undefined);
}
for (const { procedures } of PROGRAMS) {
  for (const procedure of procedures) if (procedure !== undefined) addProcedure(procedure);
}

/** Whether the summary reads this field of the struct of this name. */
export function summaryFields(struct: string, field: string): boolean {
  return SUMMARIES.get(struct)?.has(field) ?? false;
}

/** Which pairs of this dictionary the summary reads; undefined: all. */
export function summaryKeys(struct: string, field: string): KeyFilter | undefined {
  const filters = SUMMARIES.get(struct)?.get(field);
  if (filters === undefined) return undefined;
  return (key) => filters.some((filter) => filter(key));
}
