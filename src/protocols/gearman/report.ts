/** The record of a packet, once its last byte has passed or no more of it will come. */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import type { EventOutcome, JsonObject } from '../../records/record.js';
import { type Direction, ToClient, ToServer } from '../protocol.js';
import { reportMalformed, reportMisdirected } from './anomaly.js';
import type { Flow } from './connection.js';
import { Magic } from './header.js';
import { acceptCompletionsBefore } from './jobs/assignments.js';
import { trackPacket } from './jobs/jobs.js';
import { endPacket, type Packet } from './packet.js';
import { Ask, answeredByError, ErrorType, UnknownType } from './packet-types.js';
import { Unmatched } from './pairing.js';
import { packetSentence } from './sentence.js';

/** Remembers a request, or finds a response's: what Pairing.response gives. */
function pair(flow: Flow, from: Direction, packet: Packet, at: PacketTimestamp): number {
  const { pairing } = flow;
  const { type, magic, fields } = packet;
  let duration = Unmatched;
  const trusted = pairing.trusted(at);
  if (from === ToServer) {
    const asks = magic === Magic.response ? Ask.wrongMagic : type.asks;
    // gearmand doesn't answer a packet with too few arguments: it waits for the rest.
    if (trusted && asks !== Ask.nothing && !packet.tooFew) pairing.request(asks, at);
  } else if (magic === Magic.response) {
    const answers = type.id === ErrorType ? answeredByError(fields.error_code) : type.answers;
    if (trusted && answers !== Ask.nothing) duration = pairing.response(answers, at);
    // Its submission is seen later, and would wait for the answer to the next one.
    if (trusted && duration === Unmatched && type.answers === CreatedAnswers) pairing.lost(at);
  }
  pairing.passed(at);
  return duration;
}

/** JOB_CREATED is never sent unasked. */
const CreatedAnswers = Ask.submit | Ask.schedule;

const Failures: ReadonlySet<string> = new Set(['ERROR', 'WORK_FAIL', 'WORK_EXCEPTION']);

function outcome(name: string, matched: boolean): EventOutcome | undefined {
  if (Failures.has(name)) return 'failure';
  return matched || name === 'WORK_COMPLETE' ? 'success' : undefined;
}

function wiretail(packet: Packet, malformed: boolean): JsonObject | undefined {
  if (packet.truncated) return malformed ? { truncated: true, malformed: true } : { truncated: true };
  return malformed ? { malformed: true } : undefined;
}

/** Tells of a packet. `whole`: its end was reached; else the rest of it is lost. */
export function reportPacket(
  flow: Flow,
  from: Direction,
  packet: Packet,
  whole: boolean,
  at: PacketTimestamp,
): void {
  endPacket(packet);
  if (!whole) packet.truncated = true;
  const duration = whole ? pair(flow, from, packet, at) : Unmatched;
  const serial = flow.pairing.takeSerial();
  const { type, fields } = packet;
  let reason: string | undefined;
  if (type === UnknownType) reason = 'unknown packet type';
  else if (packet.tooFew) reason = 'too few arguments';
  else if (packet.unexpectedData) reason = 'data in a packet that has none';
  const section = wiretail(packet, reason !== undefined && type !== UnknownType);
  flow.emit(from, {
    level: 'info',
    message: packetSentence(type.name, fields, duration),
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    replyPacket: 0,
    dataset: 'gearman.packet',
    action: type.name,
    outcome: outcome(type.name, duration !== Unmatched),
    duration: duration >= 0 ? duration : undefined,
    sections: section === undefined ? { gearman: fields } : { gearman: fields, wiretail: section },
  });
  if (reason !== undefined) reportMalformed(flow, from, reason, fields, at);
  const expected = from === ToServer ? Magic.request : Magic.response;
  if (packet.magic !== expected) {
    const who = from === ToServer ? 'response magic from a client' : 'request magic from a server';
    reportMisdirected(flow, from, who, fields, at);
  }
  if (whole && flow.jobs !== undefined) {
    trackPacket(flow.jobs, from, packet, serial, at);
    // Where the server is not seen nothing is to be waited for.
    if (flow.jobs.unacknowledged.size > 1 && !flow.sides[ToClient].seen)
      acceptCompletionsBefore(flow.jobs, 0);
  }
}
