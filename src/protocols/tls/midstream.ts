/**
 * Midstream detection of TLS, long after the hellos: chains of records, each behind the previous one, in both
 * directions. In one direction alone they may be a payload with recorded TLS.
 */
import { Match, type MidstreamDetector, ToClient, ToServer } from '../protocol.js';
import { fragmentLength, HEADER_BYTES, isPlausibleRecord } from '../tls-record.js';

/** The number of records, in both directions together, that is proof. */
const PROOF_RECORDS = 3;

/** A chain of records starts at the start of a segment, since senders mostly write whole records. */
export function newTlsMidstream(): MidstreamDetector {
  /** By direction: bytes to the next header, and the records of the chain so far. */
  const bytesAhead: [number, number] = [0, 0];
  const records: [number, number] = [0, 0];
  return (dir, bytes, start, end) => {
    let at = start + (records[dir] === 0 ? 0 : bytesAhead[dir]);
    while (at < end) {
      // A header split between segments breaks the chain: a later segment starts another one.
      if (at + HEADER_BYTES > end || !isPlausibleRecord(bytes, at, end)) {
        records[dir] = 0;
        return Match.no;
      }
      records[dir]++;
      const [up, down] = [records[ToServer], records[ToClient]];
      if (up > 0 && down > 0 && up + down >= PROOF_RECORDS) return Match.yes;
      at += HEADER_BYTES + fragmentLength(bytes, at);
    }
    bytesAhead[dir] = at - end;
    return Match.maybe;
  };
}
