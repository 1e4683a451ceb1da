/** The head of a line: prefix, time, `event` and `packet`. */
import { Buffer } from 'node:buffer';
import type { Timestamp } from '../packet/timestamp.js';
import { memoize } from '../records/memoize.js';
import type { RecordBody } from '../records/record.js';
import { formatSecond } from '../records/time.js';
import { quoteSentence } from './json.js';
import {
  type LineBytes,
  putAscii,
  putByte,
  putBytes,
  putDigits,
  putMember,
  putNumber,
} from './line-bytes.js';

const CLOSING_BRACE = 0x7d;

/** What all lines of a sender begin with, up to the time. @param bindings JSON without its closing brace */
export function linePrefix(bindings: string): Uint8Array {
  return Buffer.from(`${bindings},"@timestamp":"`);
}

/**
 * The bytes between a line's time and its duration, or the end of `event`: about seventy that most lines share with
 * others. By dataset and action, then by the outcome and whether a duration follows.
 */
const EVENT_BYTES = memoize(() => memoize((): (Uint8Array | undefined)[] => []));
const OUTCOME_INDEX = { success: 2, failure: 4, unknown: 6 } as const;

function eventBytes({ dataset, action, outcome, duration }: RecordBody): Uint8Array {
  const forms = EVENT_BYTES(dataset)(action);
  const index = (outcome === undefined ? 0 : OUTCOME_INDEX[outcome]) + (duration === undefined ? 0 : 1);
  const cached = forms[index];
  if (cached !== undefined) return cached;
  const outcomeMember = outcome === undefined ? '' : `,"outcome":"${outcome}"`;
  const durationKey = duration === undefined ? '' : ',"duration":';
  const bytes = Buffer.from(
    `Z","event":{"dataset":"${dataset}","action":${quoteSentence(action)}${outcomeMember}${durationKey}`,
  );
  forms[index] = bytes;
  return bytes;
}

const PACKET = Buffer.from('},"packet":{"number":');
const REPLY_NUMBER = Buffer.from(',"reply_number":');

/** Writes the prefix, the time and `...","event":{...},"packet":{...}`. @param time the record's time of day */
export function putRecordHead(out: LineBytes, prefix: Uint8Array, time: Timestamp, body: RecordBody): void {
  const { duration, packet, replyPacket } = body;
  putBytes(out, prefix);
  putAscii(out, formatSecond(time.seconds));
  putDigits(out, time.nanoseconds, 9);
  putBytes(out, eventBytes(body));
  if (duration !== undefined) putNumber(out, duration);
  if (packet !== 0) {
    putMember(out, PACKET, packet);
    if (replyPacket !== 0) putMember(out, REPLY_NUMBER, replyPacket);
  }
  putByte(out, CLOSING_BRACE);
}
