/** Records for what is wrong with a stream of Gearman. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { newAnomalies } from '../anomalies.js';
import type { Direction } from '../protocol.js';
import type { Flow } from './connection.js';
import type { Fields } from './fields.js';

const { tell, cutShort, forgotten, tellLoss } = newAnomalies({
  protocol: 'gearman',
  unit: 'packet',
  piece: 'a packet or line',
  requests: 'requests',
  response: 'response',
});

export { cutShort, forgotten, tellLoss };

/** A packet that breaks the protocol, told besides its own record. */
export function malformed(
  flow: Flow,
  from: Direction,
  reason: string,
  gearman: Fields,
  at: PacketTimestamp,
): void {
  const message = `malformed ${gearman.type} (type ${gearman.type_id}): ${reason}`;
  tell(flow, from, 'warn', 'malformed', message, { reason }, at, { gearman });
}

/** A packet from the side that doesn't send such ones. */
export function misdirected(
  flow: Flow,
  from: Direction,
  reason: string,
  gearman: Fields,
  at: PacketTimestamp,
): void {
  tell(flow, from, 'warn', 'misdirected', `${gearman.type}: ${reason}`, { reason }, at, { gearman });
}
