/**
 * TLS on a connection that was joined late, when its hellos are long past: told by records that lead from
 * one to the next, in both directions. In one alone they could be a payload that holds recorded TLS.
 */
import { Match, type MidstreamDetector, ToClient, ToServer } from '../protocol.js';
import { fragmentLength, HeaderBytes, plausibleRecord } from '../tls-record.js';

/** Records that are believed, of both directions together. */
const Enough = 3;

/** A chain begins where a segment does, since senders mostly write whole records. */
export function newChain(): MidstreamDetector {
  /** By direction: bytes to the next header, and the records that have led there. */
  const ahead: [number, number] = [0, 0];
  const records: [number, number] = [0, 0];
  return (dir, bytes, start, end) => {
    let at = start + (records[dir] === 0 ? 0 : ahead[dir]);
    while (at < end) {
      // A header that is cut by a segment's end is not waited for: another chain will come.
      if (at + HeaderBytes > end || !plausibleRecord(bytes, at, end)) {
        records[dir] = 0;
        return Match.no;
      }
      records[dir]++;
      const [up, down] = [records[ToServer], records[ToClient]];
      if (up > 0 && down > 0 && up + down >= Enough) return Match.yes;
      at += HeaderBytes + fragmentLength(bytes, at);
    }
    ahead[dir] = at - end;
    return Match.maybe;
  };
}
