/** The `tls` section: the hellos of an encrypted connection. All but `client.version`, `client.protocols` and `alert` is ECS. */
import { array, count, describe, object, type Schema, string } from '../../records/json-schema.js';
import type { ProtocolSchema } from '../module.js';

const TLS: Schema = object({
  version: describe('chosen by the server', string),
  version_protocol: string,
  next_protocol: describe('chosen by the server; up to TLS 1.2, after which it is encrypted', string),
  client: object({
    server_name: string,
    version: describe('the highest that the client offers', string),
    protocols: describe('offered by the client (ALPN)', array(string)),
  }),
  alert: describe('the handshake was refused', object({ code: count, name: string }, ['code'])),
});

export const TLS_SCHEMA: ProtocolSchema = { sections: { tls: TLS }, rules: [] };
