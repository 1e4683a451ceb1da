/** Anomalies of an RPC stream as records. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Anomalies } from '../anomalies.js';
import type { Direction } from '../protocol.js';
import type { Flow } from './connection.js';

export const anomalies = new Anomalies({
  protocol: 'rpc',
  unit: 'record',
  piece: 'a record',
  requests: 'calls',
  response: 'reply',
});

/** Reports a message that violates its protocol, in addition to its own record. */
export function reportMalformed(
  flow: Flow,
  from: Direction,
  subject: string,
  reason: string,
  at: PacketTimestamp,
): void {
  const message = `malformed ${subject}: ${reason}`;
  anomalies.report(flow, from, { level: 'warn', action: 'malformed', message, details: { reason } }, at);
}

/** Reports calls without a reply at the end of the connection; the `calls` view has a line for each. */
export function reportUnansweredCalls(
  flow: Flow,
  from: Direction,
  requests: number,
  at: PacketTimestamp,
): void {
  const message = `${requests} calls had no reply when the connection ended`;
  const details = { reason: 'no reply', requests };
  anomalies.report(flow, from, { level: 'info', action: 'unanswered', message, details }, at);
}
