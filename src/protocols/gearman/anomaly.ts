/** Anomalies of a Gearman stream as records. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { Anomalies } from '../anomalies.js';
import type { Direction } from '../protocol.js';
import type { Flow } from './connection.js';
import type { Fields } from './fields.js';

export const anomalies = new Anomalies({
  protocol: 'gearman',
  unit: 'packet',
  piece: 'a packet or line',
  requests: 'requests',
  response: 'response',
});

/** Reports a packet that violates the protocol, in addition to its own record. */
export function reportMalformed(
  flow: Flow,
  from: Direction,
  reason: string,
  gearman: Fields,
  at: PacketTimestamp,
): void {
  const message = `malformed ${gearman.type} (type ${gearman.type_id}): ${reason}`;
  const sections = { gearman };
  anomalies.report(
    flow,
    from,
    { level: 'warn', action: 'malformed', message, details: { reason }, sections },
    at,
  );
}

/** Reports a packet that only the other side may send. */
export function reportMisdirected(
  flow: Flow,
  from: Direction,
  reason: string,
  gearman: Fields,
  at: PacketTimestamp,
): void {
  const message = `${gearman.type}: ${reason}`;
  const sections = { gearman };
  anomalies.report(
    flow,
    from,
    { level: 'warn', action: 'misdirected', message, details: { reason }, sections },
    at,
  );
}
