/** Detects Gearman by the first bytes of a direction, and by the port. */
import { guessProtocol } from '../guess.js';
import { type Connection, type Direction, Match, ToServer } from '../protocol.js';
import { isPlausibleRecord } from '../tls-record.js';
import { isPlausibleResponse } from './admin/responses.js';
import { Magic, magicAt, uint32 } from './header.js';

/** Packet types below this are accepted, known or not. */
const TYPE_LIMIT = 1000;
/** Bytes within which a line of text has to end. */
const LINE_LIMIT = 1024;

/** The greeting of another protocol, or a TLS record: a hello, or any after a midstream pickup. */
function isForeign(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === 0x16 || isPlausibleRecord(bytes, start, end)) return true;
  return guessProtocol(bytes, start, end) !== undefined;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte <= 0x7e) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function detectBinary(bytes: Uint8Array, start: number, end: number, isGearmanPort: boolean): Match {
  const magic = magicAt(bytes, start, end);
  // On Gearman's own port the decoder reports a bad magic.
  if (magic === Magic.none) return isGearmanPort ? Match.yes : Match.no;
  if (end - start < 8) return Match.maybe;
  return isGearmanPort || uint32(bytes, start + 4) < TYPE_LIMIT ? Match.yes : Match.no;
}

function detectText(dir: Direction, bytes: Uint8Array, start: number, end: number): Match {
  let newline = start;
  while (newline < end && bytes[newline] !== 0x0a) {
    if (!isPrintable(bytes[newline])) return Match.no;
    newline++;
  }
  if (newline === end) return end - start < LINE_LIMIT ? Match.maybe : Match.no;
  const stop = newline > start && bytes[newline - 1] === 0x0d ? newline - 1 : newline;
  if (dir === ToServer) return Match.yes;
  return isPlausibleResponse(bytes, start, stop) ? Match.yes : Match.no;
}

/** @param ports Gearman's own, where the text protocol is detected too */
export function detectGearman(
  dir: Direction,
  bytes: Uint8Array,
  start: number,
  end: number,
  connection: Connection,
  ports: ReadonlySet<number>,
): Match {
  if (start >= end) return Match.maybe;
  const isGearmanPort = ports.has(connection.serverPort);
  if (isForeign(bytes, start, end)) return Match.no;
  // After a midstream pickup any bytes may come first. On other ports midstream.ts decides.
  if (!connection.fromStart) return isGearmanPort ? Match.yes : Match.no;
  if (bytes[start] === 0) return detectBinary(bytes, start, end, isGearmanPort);
  return isGearmanPort ? detectText(dir, bytes, start, end) : Match.no;
}
