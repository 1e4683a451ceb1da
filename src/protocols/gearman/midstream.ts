/**
 * Midstream detection of Gearman on ports that are not its own. A file's data may be a recording of Gearman, so that
 * some segment of a long file starts with a packet by chance. Proof is that segments of both directions start with
 * packets of the right magic, or, where the other direction is not seen, several segments in a row.
 */
import { type Direction, Match, type MidstreamDetector, opposite, ToServer } from '../protocol.js';
import { HEADER_BYTES, isPlausibleHeader, Magic, magicAt } from './header.js';

/** Segments in a row that start with a packet: unlikely to be chance. */
const PROOF_SEGMENTS = 4;

function startsPacket(dir: Direction, bytes: Uint8Array, start: number, end: number): boolean {
  const magic = dir === ToServer ? Magic.request : Magic.response;
  if (end - start < HEADER_BYTES || magicAt(bytes, start, end) !== magic) return false;
  return isPlausibleHeader(bytes, start, end);
}

export function newGearmanMidstream(): MidstreamDetector {
  const isSeen: [boolean, boolean] = [false, false];
  const hasPacket: [boolean, boolean] = [false, false];
  const segmentsInRow: [number, number] = [0, 0];
  return (dir, bytes, start, end) => {
    const isPacket = startsPacket(dir, bytes, start, end);
    isSeen[dir] = true;
    hasPacket[dir] ||= isPacket;
    segmentsInRow[dir] = isPacket ? segmentsInRow[dir] + 1 : 0;
    const other = opposite(dir);
    if (hasPacket[dir] && hasPacket[other]) return Match.yes;
    return segmentsInRow[dir] >= PROOF_SEGMENTS && !isSeen[other] ? Match.yes : Match.no;
  };
}
