/** A text command with its response: one record for the two. */

import { nanosecondsBetween, type PacketTimestamp } from '../../../packet/timestamp.js';
import type { EventOutcome } from '../../../records/record.js';
import { ToClient, ToServer } from '../../protocol.js';
import type { AdminExchange, Flow } from '../connection.js';
import { adminSentence } from '../sentence.js';
import { AnyForm, type AskedCommand } from './commands.js';
import { adminResponse, endResponse } from './responses.js';

/** Commands that may wait for their response. */
const CommandsLimit = 256;

function exchange(asked: AskedCommand | undefined, at: PacketTimestamp): AdminExchange {
  return {
    asked,
    response: adminResponse(asked?.form ?? AnyForm, asked?.fields ?? {}),
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    truncated: false,
  };
}

/** Tells of an exchange that is over: complete at the moment `end`, or without the end of its response. */
function tell(
  flow: Flow,
  { asked, response, ...begin }: AdminExchange,
  end: PacketTimestamp | undefined,
): void {
  endResponse(response, end !== undefined);
  const { fields } = response;
  const both = asked !== undefined && end !== undefined;
  const nanoseconds = both ? nanosecondsBetween(begin.seconds, begin.nanoseconds, end) : undefined;
  const duration = nanoseconds !== undefined && nanoseconds >= 0 ? nanoseconds : undefined;
  let outcome: EventOutcome = 'unknown';
  if (end !== undefined) outcome = response.failed ? 'failure' : 'success';
  const time = asked === undefined && end !== undefined ? end : begin;
  flow.emit(asked === undefined ? ToClient : ToServer, {
    level: 'info',
    message: adminSentence(fields, asked?.rows, duration, end !== undefined),
    seconds: time.seconds,
    nanoseconds: time.nanoseconds,
    packet: time.packet,
    replyPacket: both ? end.packet : 0,
    dataset: 'gearman.admin',
    action: asked?.name ?? 'response',
    outcome,
    duration,
    sections: begin.truncated
      ? { gearman: { admin: fields }, wiretail: { truncated: true } }
      : { gearman: { admin: fields } },
  });
}

/** A command came. */
export function ask(flow: Flow, asked: AskedCommand, cut: boolean, at: PacketTimestamp): void {
  const next = exchange(asked, at);
  next.truncated = cut;
  // After a loss the next response may be for another command: not to be guessed.
  if (!flow.pairing.trusted(at)) {
    tell(flow, next, undefined);
  } else {
    flow.commands.push(next);
    if (flow.commands.length > CommandsLimit) {
      // The response of the one that goes would be taken for that of the next.
      abandonCommands(flow, false);
      flow.pairing.lost(at);
    }
  }
  flow.pairing.passed(at);
}

/** The exchange that the next line of a response belongs to. */
export function answering(flow: Flow, at: PacketTimestamp): AdminExchange {
  if (flow.stray !== undefined) return flow.stray;
  const first = flow.commands[0];
  if (first !== undefined) {
    // What was captured before the command does not answer it, though it is read after it.
    if (nanosecondsBetween(first.seconds, first.nanoseconds, at) >= 0) return first;
    abandonCommands(flow, false);
  }
  flow.stray = exchange(undefined, at);
  // Its command may be late, and would then wait for the response of the next one.
  flow.pairing.lost(at);
  return flow.stray;
}

/** The response at hand is over, at the moment `end` or without its end. */
export function answered(flow: Flow, end: PacketTimestamp | undefined): void {
  const done = flow.stray ?? flow.commands.shift();
  flow.stray = undefined;
  if (done !== undefined) tell(flow, done, end);
}

/** The response at hand can't go on: something else follows. */
export function interruptResponse(flow: Flow): void {
  const current = flow.stray ?? flow.commands[0];
  if (current === undefined || !current.response.started) return;
  current.truncated = true;
  answered(flow, undefined);
}

/** Nothing of what is outstanding will be answered in a way that can be told. */
export function abandonCommands(flow: Flow, truncated: boolean): void {
  interruptResponse(flow);
  for (const left of flow.commands.splice(0)) {
    left.truncated ||= truncated;
    tell(flow, left, undefined);
  }
}
