/** The `tls` section: the hellos of an encrypted connection. All but `client.version`, `client.protocols` and `alert` is ECS. */
import { array, count, describe, object, type Schema, string } from '../../records/json-schema.js';
import type { ProtocolSchema } from '../module.js';

const TLS: Schema = object({
  version: describe('Version chosen by the server.', string),
  version_protocol: string,
  next_protocol: describe(
    'Application protocol chosen by the server (ALPN); encrypted since TLS 1.3.',
    string,
  ),
  client: object({
    server_name: string,
    version: describe('Highest version that the client offers.', string),
    protocols: describe('Application protocols that the client offers (ALPN).', array(string)),
  }),
  alert: describe('The alert that refused the handshake.', object({ code: count, name: string }, ['code'])),
});

export const TLS_SCHEMA: ProtocolSchema = { sections: { tls: TLS }, rules: [] };
