/** The `gluster` section: what a call of GlusterFS is about, and what came of it. */
import {
  array,
  boolean,
  count,
  describe,
  either,
  hex,
  integer,
  object,
  requires,
  type Schema,
  string,
  when,
} from '../../records/json-schema.js';
import type { ProtocolSchema } from '../module.js';
import { RPC } from '../rpc/schema.js';
import { GLUSTER_DATASETS, OTHER_RPC_DATASET } from './datasets.js';

const uuid: Schema = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };

/** What a client says of itself in SETVOLUME. */
const CLIENT: Schema = object({
  host: string,
  pid: integer,
  mount_id: describe('of the process, whatever it connects to; of SETVOLUME, and with --detail full', string),
  process_name: string,
  version: string,
  subvolume: describe('the client translator that connected', string),
  subdir: string,
  volume_id: string,
  process_uuid: string,
});

/** A lock in the way of another. */
const HOLDER: Schema = object(
  {
    lk_owner: hex,
    pid: describe('of the process that locked it; below zero: one of GlusterFS itself', integer),
    pid_name: string,
    client: CLIENT,
    ip: describe('of the client', string),
    port: count,
    type: string,
    start: integer,
    length: integer,
    name: string,
    since: describe('when it was granted', string),
  },
  ['lk_owner', 'ip', 'port', 'type', 'since'],
);

const LOCK: Schema = object({
  command: string,
  type: string,
  start: integer,
  length: describe('0: to the end of the file, wherever that will be', integer),
  owner: hex,
  domain: describe('the name space that the lock is in: a translator of the client', string),
  name: describe('the name in the directory that is locked; absent: all of it', string),
  waited: describe(
    'nanoseconds from a call that waits for its lock (SETLKW, ENTRYLK_LOCK) to the reply',
    count,
  ),
  held_by: describe(
    'the locks that were in its way, as far as they were seen to be granted; of a call without a reply, that still are',
    array(HOLDER),
  ),
  held_by_total: describe('how many they were, where not all are listed', count),
});

const LEASE: Schema = object({ command: string, type: string, id: hex });

const PEER: Schema = object({
  hostname: string,
  uuid,
  state: describe("glusterd's words for it", string),
  connected: boolean,
});

/** A struct of GlusterFS's .x files as it was on the wire, names for numbers beside them. */
const STRUCT: Schema = { type: 'object' };

const GLUSTER: Schema = object({
  volume: string,
  brick: describe("the brick's path, from SETVOLUME or from the port mapper", string),
  brick_host: describe("as the client's volfile or glusterd's files name it", string),
  client: CLIENT,
  gfid: describe('the file', uuid),
  path: describe(
    'from the root of the volume, as the wire last said; from the first directory of unknown name: <gfid:PARENT>/name',
    string,
  ),
  path_before_gap: describe(
    'a path may be old: it was learned before bytes of the brick were missed, or of a client of which that is',
    {
      const: true,
    },
  ),
  new_path: string,
  target: describe('of a symbolic link', string),
  target_gfid: uuid,
  offset: integer,
  target_offset: integer,
  result_offset: integer,
  size: describe('bytes that were asked for', integer),
  entries: describe('of a directory listing', integer),
  eof: describe('there is no more behind it', boolean),
  flags: array(string),
  mask: array(string),
  attributes: array(string),
  seek: string,
  xattr: either(string, array(string)),
  lock: LOCK,
  lease: LEASE,
  ipc_op: integer,
  operation: describe("glusterd's name of what is done", string),
  command: describe(
    'what an administrator typed; behind an option whose value is secret nothing is shown',
    string,
  ),
  snapshot: string,
  keys: describe(
    'what the operation sets, as name=value; of what it takes away the name alone',
    array(string),
  ),
  keys_more: describe('those that are not in the list', count),
  transaction: describe('the same on all lines of one; those of some operations have none', uuid),
  steps: describe(
    'of an UNLOCK: the steps since the lock toward this glusterd, with their outcomes',
    array(string),
  ),
  peer: describe('the host that is asked about', string),
  peer_uuid: describe('of the glusterd that asks; of a command: that carries it out', uuid),
  peer_name: describe('the host that this glusterd is on, as the wire last said', string),
  responder_uuid: describe('of the glusterd that answers', uuid),
  responder_name: string,
  peers: describe('what a glusterd says of the others', array(PEER)),
  volumes: describe('of a new peer', array(string)),
  operating_version: integer,
  transitions: describe("of a state machine of glusterd's, the oldest first", array(string)),
  new_volume: string,
  volfile: string,
  port: integer,
  op_ret: integer,
  op_errno: integer,
  error: describe('the name of op_errno, where the call failed', string),
  op_errstr: string,
  payload: describe(
    'first bytes of the data read or written (--payload-bytes), where they are UTF-8',
    string,
  ),
  payload_hex: hex,
  request: describe("the call's XDR struct (--detail full)", STRUCT),
  response: describe("the reply's XDR struct (--detail full)", STRUCT),
});

const FLOW_SECTIONS = ['source', 'destination', 'network', 'rpc'];

export const GLUSTER_SCHEMA: ProtocolSchema = {
  sections: { rpc: RPC, gluster: GLUSTER },
  rules: [
    ...GLUSTER_DATASETS.map((dataset) => requires(dataset, FLOW_SECTIONS)),
    // Of a program version without a table only the header is read.
    when({ event: { properties: { dataset: { pattern: '^gluster\\.' } } }, rpc: { required: ['method'] } }, [
      'gluster',
    ]),
    requires(OTHER_RPC_DATASET, FLOW_SECTIONS),
  ],
};
