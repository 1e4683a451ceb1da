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

/** A credential or verifier: its flavor's struct, fields under their own names. */
const AUTH: Schema = object(
  {
    flavor: integer,
    flavor_name: string,
    stamp: count,
    machname: string,
    machname_hex: hex,
    pid: describe('Process ID of the caller; negative for an internal GlusterFS client.', integer),
    pid_name: describe('Name of the internal GlusterFS client.', string),
    uid: count,
    gid: count,
    flags: describe('With --detail full, like ctime_nsec and ctime_sec.', count),
    ctime_nsec: count,
    ctime_sec: count,
    ngrps: count,
    groups: array(count),
    lk_owner: hex,
    raw: describe('The bytes of a body that could not be decoded.', hex),
  },
  ['flavor'],
);

export const RPC_SECTION: Schema = object({
  type: { enum: ['call', 'reply'] },
  xid: count,
  program: count,
  version: count,
  procedure: count,
  method: describe('Name of the procedure.', string),
  accept_status: string,
  reject_status: string,
  auth_status: string,
  mismatch: describe(
    'Lowest and highest program version that the server supports.',
    object({ low: count, high: count }, ['low', 'high']),
  ),
  auth: AUTH,
  verifier: AUTH,
  retransmission: describe('The call was sent again before its reply.', { const: true }),
  payload_bytes: describe('Bytes of file data after the XDR struct.', count),
  age: describe('Nanoseconds that the call has waited without a reply.', count),
  late: describe('The reply came after the call was reported as unanswered.', { const: true }),
});
