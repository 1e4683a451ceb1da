/** Fields of a job, from its packets. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import type { Fields } from '../fields.js';
import type { Ending } from './model.js';

/** The fields of a packet that describe the job: without type, size and payload. */
export function namesOf(fields: Fields): Fields {
  const { magic, type, type_id, size, payload_bytes, payload, payload_hex, ...names } = fields;
  return names;
}

/** The handle, with its raw bytes and its length where the packet's fields have them. */
export function handleOf(fields: Fields): Fields {
  const names: Fields = { handle: fields.handle };
  if (fields.handle_hex !== undefined) names.handle_hex = fields.handle_hex;
  if (fields.handle_bytes !== undefined) names.handle_bytes = fields.handle_bytes;
  return names;
}

/** The handle of a packet's fields, then the names that are known already. */
export function namesWithHandle(fields: Fields, known: Fields): Fields {
  return { ...handleOf(fields), ...known };
}

export function endingOf(action: string, fields: Fields, serial: number, at: PacketTimestamp): Ending {
  const { seconds, nanoseconds, packet } = at;
  const payloadBytes = typeof fields.payload_bytes === 'number' ? fields.payload_bytes : undefined;
  return { action, payloadBytes, serial, seconds, nanoseconds, packet };
}
