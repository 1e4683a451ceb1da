/**
 * The fields and dictionary keys that `--detail summary` decodes: the ones that the rows of procedures declare
 * (gluster/programs). Other fields are skipped, since decoding a field costs time in every message.
 */
import type { Body } from '../../rpc/program.js';
import type { KeyFilter } from '../../rpc/xdr/dict.js';
import type { XdrFields, XdrStruct, XdrType } from '../../rpc/xdr/types.js';
import type { KeyedDict } from '../describe/part.js';
import { PROGRAMS } from '../programs/index.js';
import type { GlusterProcedure } from '../programs/procedure.js';

/** The fields of a struct to decode, with the keys to decode of each dictionary; undefined: all. */
type StructSummary = Map<string, readonly KeyFilter[] | undefined>;

/** By the name of the struct: structs with one name share a summary. */
const SUMMARIES = new Map<string, StructSummary>();

/**
 * The caller, in the structs of a credential (rpc/auth.ts). The other fields are the new time of the file: `ctime_*`,
 * `flags`.
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

/** The struct within a field of this type. */
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

/** Adds fields to decode of a struct. */
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

/** Whether the summary decodes this field of the struct with this name. */
export function summaryFields(struct: string, field: string): boolean {
  return SUMMARIES.get(struct)?.has(field) ?? false;
}

/** The keys of this dictionary that the summary decodes; undefined: all. */
export function summaryKeys(struct: string, field: string): KeyFilter | undefined {
  const filters = SUMMARIES.get(struct)?.get(field);
  if (filters === undefined) return undefined;
  return (key) => filters.some((filter) => filter(key));
}
