/** The fields that path observations read, as tables: `--detail summary` reads no others. */
import { chain, int, string, struct, unsigned_int, uuid, type XdrFields } from '../../rpc/xdr/types.js';
import {
  DIRECTORY_LISTING,
  ENTRY_CREATION,
  ENTRY_LINK,
  ENTRY_LOOKUP,
  ENTRY_REMOVAL,
  ENTRY_RENAME,
  type PathObservation,
  UNKNOWN_INODE_LINK,
  UNREADABLE_OPERATIONS,
} from './observations.js';

interface ObservedFields {
  readonly call: XdrFields;
  readonly reply: XdrFields;
}

/** The file, whether it is a directory, and whether it has other names. */
const ATTRIBUTES = struct('attributes', { ia_gfid: uuid, ia_nlink: unsigned_int, mode: unsigned_int });
const DIRECTORY = struct('attributes', { ia_gfid: uuid });

const ENTRY = { pargfid: uuid, bname: string };
const OLD_ENTRY = { oldgfid: uuid, oldbname: string };
const NEW_ENTRY = { newgfid: uuid, newbname: string };

const OBSERVED_FIELDS: ReadonlyMap<PathObservation, ObservedFields> = new Map<
  PathObservation,
  ObservedFields
>([
  [
    ENTRY_LOOKUP,
    {
      call: { ...ENTRY, gfid: uuid },
      // The attributes have different names in different versions.
      reply: {
        op_errno: int,
        prestat: ATTRIBUTES,
        stat: ATTRIBUTES,
        poststat: DIRECTORY,
        postparent: DIRECTORY,
      },
    },
  ],
  [ENTRY_CREATION, { call: ENTRY, reply: { op_errno: int, stat: ATTRIBUTES } }],
  [ENTRY_REMOVAL, { call: ENTRY, reply: { op_errno: int } }],
  [UNKNOWN_INODE_LINK, { call: ENTRY, reply: {} }],
  [ENTRY_LINK, { call: { ...OLD_ENTRY, ...NEW_ENTRY }, reply: {} }],
  [ENTRY_RENAME, { call: { ...OLD_ENTRY, ...NEW_ENTRY }, reply: { op_errno: int, stat: ATTRIBUTES } }],
  [
    DIRECTORY_LISTING,
    { call: { gfid: uuid }, reply: { reply: chain(struct('entry', { name: string, stat: ATTRIBUTES })) } },
  ],
  [UNREADABLE_OPERATIONS, { call: {}, reply: {} }],
]);

const NO_FIELDS: ObservedFields = { call: {}, reply: {} };

export function observedFields(observation: PathObservation | undefined): ObservedFields {
  if (observation === undefined) return NO_FIELDS;
  const fields = OBSERVED_FIELDS.get(observation);
  if (fields === undefined) throw new Error('a path observation without a row of the fields that it reads');
  return fields;
}
