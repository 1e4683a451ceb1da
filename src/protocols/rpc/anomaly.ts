/** Records for what is wrong with a stream of RPC. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { newAnomalies } from '../anomalies.js';
import type { Direction } from '../protocol.js';
import type { Flow } from './connection.js';

const { tell, cutShort, forgotten, tellLoss } = newAnomalies({
  protocol: 'rpc',
  unit: 'record',
  piece: 'a record',
  requests: 'calls',
  response: 'reply',
});

export { cutShort, forgotten, tellLoss };

/** A message that breaks its protocol, told besides its own record. */
export function malformed(
  flow: Flow,
  from: Direction,
  what: string,
  reason: string,
  at: PacketTimestamp,
): void {
  tell(flow, from, 'warn', 'malformed', `malformed ${what}: ${reason}`, { reason }, at);
}

/** Calls that had no reply when the connection ended; the `calls` view has a line for each of them. */
export function unanswered(flow: Flow, from: Direction, requests: number, at: PacketTimestamp): void {
  const message = `${requests} calls had no reply when the connection ended`;
  tell(flow, from, 'info', 'unanswered', message, { reason: 'no reply', requests }, at);
}
