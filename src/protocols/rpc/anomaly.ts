/** Records for what is wrong with a stream. */
import type { JsonObject, Level } from '../../records/record.js';
import { byteCount } from '../../records/words.js';
import type { Direction, Moment } from '../protocol.js';
import type { Flow, Loss } from './flow.js';

function emitAnomaly(
  flow: Flow,
  from: Direction,
  level: Level,
  action: string,
  message: string,
  details: JsonObject,
  at: Moment,
): void {
  flow.emit(from, {
    level,
    message,
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'wiretail.anomaly',
    action,
    sections: { wiretail: { anomaly: { protocol: 'rpc', ...details } } },
  });
}

/** A message that breaks its protocol, told besides its own record. */
export function malformed(flow: Flow, from: Direction, what: string, reason: string, at: Moment): void {
  emitAnomaly(flow, from, 'warn', 'malformed', `malformed ${what}: ${reason}`, { reason }, at);
}

/** The connection ended within a record of which nothing could be told. */
export function cutShort(flow: Flow, from: Direction, bytes: number, at: Moment): void {
  const message = `the stream ended after ${byteCount(bytes)} of a record`;
  emitAnomaly(flow, from, 'warn', 'truncated', message, { reason: 'cut short', bytes }, at);
}

export function forgotten(flow: Flow, from: Direction, requests: number, at: Moment): void {
  const reason = 'too many outstanding requests';
  const message = `${requests} calls were not followed to their reply: ${reason}`;
  emitAnomaly(flow, from, 'warn', 'forgotten', message, { reason, requests }, at);
}

/** Calls that had no reply when the connection ended; the `calls` view has a line for each of them. */
export function unanswered(flow: Flow, from: Direction, requests: number, at: Moment): void {
  const message = `${requests} calls had no reply when the connection ended`;
  emitAnomaly(flow, from, 'info', 'unanswered', message, { reason: 'no reply', requests }, at);
}

/** A loss of the place: told once, when the place is found again, or when it is not found for long. */
export function tellLoss(flow: Flow, from: Direction, loss: Loss, resumed: boolean): void {
  if (loss.told || (loss.skipped === 0 && !loss.always)) return;
  loss.told = true;
  const { reason, details, skipped } = loss;
  const message = `${reason}: skipped ${byteCount(skipped)}${resumed ? ' to the next record' : ', no record found'}`;
  const level: Level = reason === 'midstream' ? 'info' : 'warn';
  const action = loss.always ? 'malformed' : 'resync';
  emitAnomaly(
    flow,
    from,
    level,
    action,
    message,
    { reason, ...details, skipped_bytes: skipped, resumed },
    loss,
  );
}
