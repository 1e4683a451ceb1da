/** The line about a connection to a watched service that nothing here decodes. */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import { guessProtocol } from '../../protocols/guess.js';
import type { Direction, Emit } from '../../protocols/protocol.js';
import { formatByteCount } from '../../records/phrases.js';

/** What is enough to look a protocol up by. */
const SHOWN = 32;

/** @param payloadBytes bytes of payloads that may be written: what a stranger sends is one */
export function reportUnrecognised(
  emit: Emit,
  from: Direction,
  port: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  payloadBytes: number,
  at: PacketTimestamp,
): void {
  const guess = guessProtocol(bytes, start, end);
  const shown = bytes.subarray(start, Math.min(end, start + Math.min(payloadBytes, SHOWN)));
  const what = guess?.toUpperCase() ?? `nothing that is known, by ${formatByteCount(end - start)},`;
  emit(from, {
    level: 'info',
    message: `${what} on port ${port}: ignored from here on`,
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'wiretail.flow',
    action: 'unknown',
    sections: {
      wiretail: {
        flow: {
          guess,
          looked_at: end - start,
          first_bytes: shown.length === 0 ? undefined : Buffer.from(shown).toString('hex'),
        },
      },
    },
  });
}
