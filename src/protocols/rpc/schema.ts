/** The `rpc` section: the header of a call or reply. */
import {
  array,
  count,
  describe,
  hex,
  integer,
  object,
  type Schema,
  string,
} from '../../records/json-schema.js';

/** A credential or verifier: the fields of its own struct under their names. */
const AUTH: Schema = object(
  {
    flavor: integer,
    flavor_name: string,
    stamp: count,
    machname: string,
    machname_hex: hex,
    pid: describe('below zero: a process of GlusterFS itself', integer),
    pid_name: describe('which one', string),
    uid: count,
    gid: count,
    flags: describe('with --detail full, as the next two', count),
    ctime_nsec: count,
    ctime_sec: count,
    ngrps: count,
    groups: array(count),
    lk_owner: hex,
    raw: describe('what could not be read', hex),
  },
  ['flavor'],
);

export const RPC: Schema = object({
  type: { enum: ['call', 'reply'] },
  xid: count,
  program: count,
  version: count,
  procedure: count,
  method: describe("the procedure's name", string),
  accept_status: string,
  reject_status: string,
  auth_status: string,
  mismatch: describe(
    'the versions that the server has',
    object({ low: count, high: count }, ['low', 'high']),
  ),
  auth: AUTH,
  verifier: AUTH,
  retransmission: describe('the call was sent again while it was open', { const: true }),
  payload_bytes: describe('bytes of file data behind the struct', count),
  age: describe('nanoseconds that the call has waited without a reply', count),
  late: describe('it was told before that there was no reply so far', { const: true }),
});
