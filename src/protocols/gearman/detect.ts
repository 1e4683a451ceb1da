/** Is a connection Gearman? Told from the first bytes of a direction, and from the port. */

import { guessProtocol } from '../guess.js';
import { type Connection, type Direction, Match, ToServer } from '../protocol.js';
import { isPlausibleRecord } from '../tls-record.js';
import { isPlausibleResponse } from './admin/responses.js';
import { Magic, magicAt, uint32 } from './header.js';

/** Types up to here are taken for Gearman's, known or not. */
const TYPE_LIMIT = 1000;
/** Bytes in which a line of text must end. */
const LINE_LIMIT = 1024;

/** Somebody else's first bytes, or a TLS record: a hello, or later ones where its start was not seen. */
function isForeign(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === 0x16 || isPlausibleRecord(bytes, start, end)) return true;
  return guessProtocol(bytes, start, end) !== undefined;
}

function printable(byte: number): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function detectBinary(bytes: Uint8Array, start: number, end: number, isPort: boolean): Match {
  const magic = magicAt(bytes, start, end);
  // A wrong magic on Gearman's own port is for its decoder to tell.
  if (magic === Magic.none) return isPort ? Match.yes : Match.no;
  if (end - start < 8) return Match.maybe;
  return isPort || uint32(bytes, start + 4) < TYPE_LIMIT ? Match.yes : Match.no;
}

function detectText(dir: Direction, bytes: Uint8Array, start: number, end: number): Match {
  let newline = start;
  while (newline < end && bytes[newline] !== 0x0a) {
    if (!printable(bytes[newline])) return Match.no;
    newline++;
  }
  if (newline === end) return end - start < LINE_LIMIT ? Match.maybe : Match.no;
  const stop = newline > start && bytes[newline - 1] === 0x0d ? newline - 1 : newline;
  if (dir === ToServer) return Match.yes;
  return isPlausibleResponse(bytes, start, stop) ? Match.yes : Match.no;
}

export function detectGearman(
  dir: Direction,
  bytes: Uint8Array,
  start: number,
  end: number,
  connection: Connection,
  ports: ReadonlySet<number>,
): Match {
  if (start >= end) return Match.maybe;
  const isPort = ports.has(connection.serverPort);
  if (isForeign(bytes, start, end)) return Match.no;
  // Joined late: on its own port it may begin anywhere, on others midstream.ts tells.
  if (!connection.fromStart) return isPort ? Match.yes : Match.no;
  if (bytes[start] === 0) return detectBinary(bytes, start, end, isPort);
  return isPort ? detectText(dir, bytes, start, end) : Match.no;
}
