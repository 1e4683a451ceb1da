/**
 * The fields of the `gluster` section: subject and result of a GlusterFS call. From this table follow the JSON Schema of the
 * section and the type of what a description puts into it.
 */
import {
  array,
  boolean,
  count,
  describe,
  either,
  hex,
  integer,
  object,
  type Schema,
  string,
} from '../../records/json-schema.js';
import type { Json } from '../../records/record.js';

const uuid: Schema = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };

/** Client identity, from SETVOLUME. */
const CLIENT: Schema = object({
  host: string,
  pid: integer,
  mount_id: describe(
    'The same for all connections of a client process; on SETVOLUME, and with --detail full.',
    string,
  ),
  process_name: string,
  version: string,
  subvolume: describe('The client translator that connects.', string),
  subdir: string,
  volume_id: string,
  process_uuid: string,
});

/** A conflicting lock. */
const HOLDER: Schema = object(
  {
    lk_owner: hex,
    pid: describe('Process ID of the lock owner; negative for an internal GlusterFS client.', integer),
    pid_name: string,
    client: CLIENT,
    ip: describe('IP address of the client.', string),
    port: count,
    type: string,
    start: integer,
    length: integer,
    name: string,
    since: describe('When the lock was granted.', string),
  },
  ['lk_owner', 'ip', 'port', 'type', 'since'],
);

const LOCK: Schema = object({
  command: string,
  type: string,
  start: integer,
  length: describe('0: to the end of the file, however it grows.', integer),
  owner: hex,
  domain: describe('The namespace of the lock, named after a translator of the client.', string),
  name: describe('The locked name in the directory; absent if the whole directory is locked.', string),
  waited: describe('Nanoseconds from a blocking lock call (SETLKW, ENTRYLK_LOCK) to its reply.', count),
  held_by: describe(
    'The conflicting locks whose grant was captured; for a call without a reply, those still held.',
    array(HOLDER),
  ),
  held_by_total: describe('Number of conflicting locks, if not all are listed.', count),
});

const LEASE: Schema = object({ command: string, type: string, id: hex });

const PEER: Schema = object({
  hostname: string,
  uuid,
  state: describe('State of the peer, in the words of glusterd.', string),
  connected: boolean,
});

/** A struct of the GlusterFS .x files as it was on the wire, with names beside numbers. */
const STRUCT: Schema = { type: 'object' };

export const GLUSTER_FIELDS = {
  volume: string,
  brick: describe('Path of the brick, from SETVOLUME or the port mapper.', string),
  brick_host: describe('Host of the brick, as the volfile or the files of glusterd name it.', string),
  client: CLIENT,
  gfid: describe('GFID of the file.', uuid),
  path: describe(
    'Path from the root of the volume, as last observed; below a directory of unknown name: <gfid:PARENT>/name.',
    string,
  ),
  path_before_gap: describe(
    'A path may be stale: it was observed before a gap in the traffic of the brick or of a client of it.',
    {
      const: true,
    },
  ),
  new_path: string,
  target: describe('Target of a symbolic link.', string),
  target_gfid: uuid,
  offset: integer,
  target_offset: integer,
  result_offset: integer,
  size: describe('Bytes requested.', integer),
  entries: describe('Entries of a directory listing.', integer),
  eof: describe('The end of the file or directory is reached.', boolean),
  flags: array(string),
  mask: array(string),
  attributes: array(string),
  seek: string,
  xattr: either(string, array(string)),
  lock: LOCK,
  lease: LEASE,
  ipc_op: integer,
  operation: describe('Name of the operation in glusterd.', string),
  command: describe('The command that an administrator typed, up to an option with a secret value.', string),
  snapshot: string,
  keys: describe('What the operation sets, as name=value; the name alone of what it removes.', array(string)),
  keys_more: describe('Number of keys that are not listed.', count),
  transaction: describe('Identifies a management transaction; some operations have none.', uuid),
  steps: describe(
    'For an UNLOCK: the steps of the transaction toward this glusterd since its lock, with their outcomes.',
    array(string),
  ),
  peer: describe('The host that the request is about.', string),
  peer_uuid: describe('UUID of the requesting glusterd; for a command, of the one that executes it.', uuid),
  peer_name: describe('Host of that glusterd, as last observed.', string),
  responder_uuid: describe('UUID of the responding glusterd.', uuid),
  responder_name: string,
  peers: describe('The peers that a glusterd reports.', array(PEER)),
  volumes: describe('Volumes of a new peer.', array(string)),
  operating_version: integer,
  transitions: describe('Transitions of a state machine in glusterd, oldest first.', array(string)),
  new_volume: string,
  volfile: string,
  port: integer,
  op_ret: integer,
  op_errno: integer,
  error: describe('Name of op_errno, if the call failed.', string),
  op_errstr: string,
  payload: describe(
    'First bytes of the data read or written, with --payload-bytes, if they are UTF-8.',
    string,
  ),
  payload_hex: hex,
  request: describe('XDR struct of the call, with --detail full.', STRUCT),
  response: describe('XDR struct of the reply, with --detail full.', STRUCT),
} satisfies Readonly<Record<string, Schema>>;

export type GlusterField = keyof typeof GLUSTER_FIELDS;

/** The section of a record. */
export type GlusterSection = { [F in GlusterField]?: Json | undefined };
