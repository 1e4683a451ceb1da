/** Detects TLS by the first bytes of a direction: a record that holds a ClientHello or ServerHello. */
import { Match } from '../protocol.js';
import { ContentType, HEADER_BYTES, isPlausibleRecord } from '../tls-record.js';
import { HandshakeType } from './hello.js';

export function detectTls(bytes: Uint8Array, start: number, end: number): Match {
  if (start < end && bytes[start] !== ContentType.handshake) return Match.no;
  if (!isPlausibleRecord(bytes, start, end)) return Match.no;
  if (start + HEADER_BYTES >= end) return Match.maybe;
  const type = bytes[start + HEADER_BYTES];
  return type === HandshakeType.clientHello || type === HandshakeType.serverHello ? Match.yes : Match.no;
}
