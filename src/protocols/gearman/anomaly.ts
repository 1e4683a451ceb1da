/** Records for what is wrong with a stream. */

import type { JsonObject, Level } from '../../records/record.js';
import { byteCount } from '../../records/words.js';
import type { Direction, Emit, Moment } from '../protocol.js';
import type { Fields } from './fields.js';
import type { Flow, Loss } from './flow.js';

function emitAnomaly(
  emit: Emit,
  from: Direction,
  level: Level,
  action: string,
  message: string,
  details: JsonObject,
  at: Moment,
  gearman?: Fields,
): void {
  const wiretail = { anomaly: { protocol: 'gearman', ...details } };
  emit(from, {
    level,
    message,
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'wiretail.anomaly',
    action,
    sections: gearman === undefined ? { wiretail } : { gearman, wiretail },
  });
}

/** A packet that breaks the protocol, told besides its own record. */
export function malformed(flow: Flow, from: Direction, reason: string, gearman: Fields, at: Moment): void {
  const message = `malformed ${gearman.type} (type ${gearman.type_id}): ${reason}`;
  emitAnomaly(flow.emit, from, 'warn', 'malformed', message, { reason }, at, gearman);
}

/** A packet from the side that doesn't send such ones. */
export function misdirected(flow: Flow, from: Direction, reason: string, gearman: Fields, at: Moment): void {
  emitAnomaly(flow.emit, from, 'warn', 'misdirected', `${gearman.type}: ${reason}`, { reason }, at, gearman);
}

/** The connection ended within a header or a line of text, which is all there is to say of it. */
export function cutShort(flow: Flow, from: Direction, bytes: number, at: Moment): void {
  const reason = 'cut short';
  const message = `the stream ended after ${byteCount(bytes)} of a packet or line`;
  emitAnomaly(flow.emit, from, 'warn', 'truncated', message, { reason, bytes }, at);
}

export function forgotten(flow: Flow, from: Direction, requests: number, at: Moment): void {
  const reason = 'too many outstanding requests';
  const message = `${requests} requests were not followed to their response: ${reason}`;
  emitAnomaly(flow.emit, from, 'warn', 'forgotten', message, { reason, requests }, at);
}

/** A loss of the place: told once, when the place is found again, or when it is not found for long. */
export function tellLoss(flow: Flow, from: Direction, loss: Loss, resumed: boolean): void {
  if (loss.told || (loss.skipped === 0 && !loss.always)) return;
  loss.told = true;
  const { reason, details, skipped } = loss;
  const message = `${reason}: skipped ${byteCount(skipped)}${resumed ? ' to the next packet' : ', no packet found'}`;
  const level: Level = reason === 'midstream' ? 'info' : 'warn';
  const action = loss.always ? 'malformed' : 'resync';
  emitAnomaly(
    flow.emit,
    from,
    level,
    action,
    message,
    { reason, ...details, skipped_bytes: skipped, resumed },
    loss,
  );
}
