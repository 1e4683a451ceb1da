/** Reads the body of a message: its struct, and the data after it. */
import { PAYLOAD_LIMIT, putPayload } from '../payload.js';
import type { Flow } from './connection.js';
import type { Fields } from './describer.js';
import type { Body } from './program.js';
import type { RecordBytes } from './record-bytes.js';
import { readStruct, StructState } from './xdr/reader.js';

export interface MessageBody {
  fields: Fields | undefined;
  /** Bytes of data after the struct; undefined: none, or the struct is incomplete. */
  dataBytes: number | undefined;
  /** Where the data begin. */
  dataStart: number;
  /** More bytes are needed to read all of the struct. */
  incomplete: boolean;
  /** Why it is malformed; empty: it is well-formed. */
  reason: string;
}

/** Reads a body of this form at `position`. `hasData`: data up to the end of the record follow the struct. */
export function readMessageBody(
  flow: Flow,
  form: Body,
  hasData: boolean,
  record: RecordBytes,
  position: number,
): MessageBody {
  const { bytes, end, recordEnd } = record;
  const result: MessageBody = {
    fields: undefined,
    dataBytes: undefined,
    dataStart: position,
    incomplete: false,
    reason: '',
  };
  let behind = position;
  if (typeof form === 'object') {
    const struct = readStruct(flow.compile(form, flow.detail), bytes, position, end, recordEnd);
    result.fields = struct.fields;
    result.incomplete = struct.state === StructState.incomplete;
    if (struct.state === StructState.malformed) result.reason = struct.reason;
    behind = struct.position;
    if (struct.state !== StructState.complete) return result;
  } else if (form !== 'void') return result;
  if (hasData) {
    result.dataStart = behind;
    result.dataBytes = recordEnd - behind;
  } else if (behind !== recordEnd) {
    result.reason = `${recordEnd - behind} bytes behind what the procedure has`;
  }
  return result;
}

const NO_PAYLOAD: Fields = Object.freeze({});

/** The first bytes of the data, if they are to be logged; undefined: they are not available yet. */
export function readPayload(flow: Flow, body: MessageBody, record: RecordBytes): Fields | undefined {
  const { dataStart, dataBytes } = body;
  const length = Math.min(flow.payloadBytes, dataBytes ?? 0, PAYLOAD_LIMIT);
  if (length === 0) return NO_PAYLOAD;
  const fields: Fields = {};
  const { bytes, end } = record;
  if (dataStart + length > end && !record.final) return undefined;
  const stop = Math.min(dataStart + length, end);
  if (stop > dataStart) {
    const payload = new Uint8Array(bytes.subarray(dataStart, stop));
    putPayload(fields, payload, stop - dataStart === dataBytes);
  }
  return fields;
}
