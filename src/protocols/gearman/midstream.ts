/**
 * Gearman on a connection that was joined late, on a port that is not known for it. A file's data may be a
 * recorded stream of Gearman, so that a packet at the beginning of a segment is no proof: by chance some
 * segment of a long file begins with one. It is one where both sides do so, each with the magic that it sends;
 * or, where the other side is not seen at all, several segments in a row.
 */
import { type Direction, Match, type MidstreamDetector, ToClient, ToServer } from '../protocol.js';
import { HEADER_BYTES, isPlausibleHeader, Magic, magicAt } from './header.js';

/** Segments in a row that begin with a packet: more than chance would have it. */
const PROOF_SEGMENTS = 4;

function beginsPacket(dir: Direction, bytes: Uint8Array, start: number, end: number): boolean {
  const magic = dir === ToServer ? Magic.request : Magic.response;
  if (end - start < HEADER_BYTES || magicAt(bytes, start, end) !== magic) return false;
  return isPlausibleHeader(bytes, start, end);
}

export function newGearmanMidstream(): MidstreamDetector {
  const seen: [boolean, boolean] = [false, false];
  const begun: [boolean, boolean] = [false, false];
  const run: [number, number] = [0, 0];
  return (dir, bytes, start, end) => {
    const begins = beginsPacket(dir, bytes, start, end);
    seen[dir] = true;
    begun[dir] ||= begins;
    run[dir] = begins ? run[dir] + 1 : 0;
    const other = dir === ToServer ? ToClient : ToServer;
    if (begun[dir] && begun[other]) return Match.yes;
    return run[dir] >= PROOF_SEGMENTS && !seen[other] ? Match.yes : Match.no;
  };
}
