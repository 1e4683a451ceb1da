/** The line about a connection to a service port whose protocol is unknown. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { guessProtocol } from '../../protocols/guess.js';
import type { Direction, Emit } from '../../protocols/protocol.js';
import { formatByteCount } from '../../records/phrases.js';

/** Enough to look a protocol up by. */
const MAX_SHOWN_BYTES = 32;

/**
 * @param firstBytes the bytes that no protocol recognised
 * @param payloadBytes the number of payload bytes that may be written
 */
export function reportUnrecognised(
  emit: Emit,
  from: Direction,
  port: number,
  firstBytes: Uint8Array,
  payloadBytes: number,
  at: PacketTimestamp,
): void {
  const guess = guessProtocol(firstBytes, 0, firstBytes.length);
  const shown = firstBytes.subarray(0, Math.min(payloadBytes, MAX_SHOWN_BYTES));
  emit(from, {
    level: 'info',
    message:
      guess === undefined
        ? `unknown protocol on port ${port}: not decoded; ${formatByteCount(firstBytes.length)} inspected`
        : `${guess.toUpperCase()} on port ${port}: not decoded`,
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
          looked_at: firstBytes.length,
          first_bytes: shown.length === 0 ? undefined : Buffer.from(shown).toString('hex'),
        },
      },
    },
  });
}
