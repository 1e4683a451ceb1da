/** The `tls` section: what the hellos of an encrypted connection say. Of it only `client.version` on is ours. */
import { array, count, describe, object, type Schema, string } from '../../records/json-schema.js';
import type { ProtocolSchema } from '../module.js';

const TLS: Schema = object({
  version: describe('that the server chose', string),
  version_protocol: string,
  next_protocol: describe('that the server chose; TLS 1.2 and before, later it is encrypted', string),
  client: object({
    server_name: string,
    version: describe('the highest that the client offers', string),
    protocols: describe('what the client offers to speak within', array(string)),
  }),
  alert: describe('the handshake was refused', object({ code: count, name: string }, ['code'])),
});

export const TLS_SCHEMA: ProtocolSchema = { sections: { tls: TLS }, rules: [] };
