/** The record of a packet: `gearman.packet`, when its last byte has passed or no more of it can come. */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import type { EventOutcome, JsonObject } from '../../records/record.js';
import { type Direction, ToClient, ToServer } from '../protocol.js';
import { reportMalformed, reportMisdirected } from './anomaly.js';
import type { Flow } from './connection.js';
import { Magic } from './header.js';
import { acceptCompletionsBefore } from './jobs/assignments.js';
import { trackPacket } from './jobs/jobs.js';
import { endPacket, type Packet } from './packet.js';
import { Awaits, answeredByError, ERROR_TYPE, UNKNOWN_TYPE } from './packet-types.js';
import { UNMATCHED } from './pairing.js';
import { packetSentence } from './sentence.js';

/** Adds a request to the pending ones, or matches a response: see Pairing.matchResponse(). */
function pairPacket(flow: Flow, from: Direction, packet: Packet, at: PacketTimestamp): number {
  const { pairing } = flow;
  const { type, magic, fields } = packet;
  let duration = UNMATCHED;
  const trusted = pairing.canPair(at);
  if (from === ToServer) {
    const awaits = magic === Magic.response ? Awaits.wrongMagic : type.awaits;
    // gearmand does not answer a packet with too few arguments: it waits for the rest.
    if (trusted && awaits !== Awaits.nothing && !packet.tooFew) pairing.addRequest(awaits, at);
  } else if (magic === Magic.response) {
    const answers = type.id === ERROR_TYPE ? answeredByError(fields.error_code) : type.answers;
    if (trusted && answers !== Awaits.nothing) duration = pairing.matchResponse(answers, at);
    // Its submission is decoded later, and would be paired with the answer to the next one.
    if (trusted && duration === UNMATCHED && type.answers === JOB_CREATED_ANSWERS) pairing.onLoss(at);
  }
  pairing.onMessage(at);
  return duration;
}

/** JOB_CREATED is always an answer. */
const JOB_CREATED_ANSWERS = Awaits.submit | Awaits.schedule;

const FAILURES: ReadonlySet<string> = new Set(['ERROR', 'WORK_FAIL', 'WORK_EXCEPTION']);

function outcomeOf(name: string, matched: boolean): EventOutcome | undefined {
  if (FAILURES.has(name)) return 'failure';
  return matched || name === 'WORK_COMPLETE' ? 'success' : undefined;
}

function faultSection(packet: Packet, malformed: boolean): JsonObject | undefined {
  if (packet.truncated) return malformed ? { truncated: true, malformed: true } : { truncated: true };
  return malformed ? { malformed: true } : undefined;
}

/** @param isComplete false: the rest of the packet is lost */
export function reportPacket(
  flow: Flow,
  from: Direction,
  packet: Packet,
  isComplete: boolean,
  at: PacketTimestamp,
): void {
  endPacket(packet);
  if (!isComplete) packet.truncated = true;
  const duration = isComplete ? pairPacket(flow, from, packet, at) : UNMATCHED;
  const serial = flow.pairing.takeSerial();
  const { type, fields } = packet;
  let reason: string | undefined;
  if (type === UNKNOWN_TYPE) reason = 'unknown packet type';
  else if (packet.tooFew) reason = 'too few arguments';
  else if (packet.unexpectedData) reason = 'data in a packet that has none';
  const section = faultSection(packet, reason !== undefined && type !== UNKNOWN_TYPE);
  flow.emit(from, {
    level: 'info',
    message: packetSentence(type.name, fields, duration),
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'gearman.packet',
    action: type.name,
    outcome: outcomeOf(type.name, duration !== UNMATCHED),
    duration: duration >= 0 ? duration : undefined,
    sections: section === undefined ? { gearman: fields } : { gearman: fields, wiretail: section },
  });
  if (reason !== undefined) reportMalformed(flow, from, reason, fields, at);
  const expected = from === ToServer ? Magic.request : Magic.response;
  if (packet.magic !== expected) {
    const direction = from === ToServer ? 'response magic from a client' : 'request magic from a server';
    reportMisdirected(flow, from, direction, fields, at);
  }
  if (isComplete && flow.jobs !== undefined) {
    trackPacket(flow.jobs, from, packet, serial, at);
    // If the server is not seen, no response will acknowledge completions.
    if (flow.jobs.unacknowledged.size > 1 && !flow.sides[ToClient].seen)
      acceptCompletionsBefore(flow.jobs, 0);
  }
}
