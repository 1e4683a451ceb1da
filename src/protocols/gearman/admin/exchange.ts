/** A text command with its response: one record for the two. */

import { nanosecondsBetween, type PacketTimestamp } from '../../../packet/timestamp.js';
import type { EventOutcome } from '../../../records/record.js';
import { ToClient, ToServer } from '../../protocol.js';
import type { AdminExchange, Flow } from '../connection.js';
import { adminSentence } from '../sentence.js';
import { ANY_FORM, type CommandLine } from './commands.js';
import { endResponse, newAdminResponse } from './responses.js';

/** Commands that may wait for their response. */
const COMMANDS_LIMIT = 256;

function newExchange(asked: CommandLine | undefined, at: PacketTimestamp): AdminExchange {
  return {
    command: asked,
    response: newAdminResponse(asked?.form ?? ANY_FORM, asked?.fields ?? {}),
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    truncated: false,
  };
}

/** Tells of an exchange that is over: complete at the moment `end`, or without the end of its response. */
function reportExchange(
  flow: Flow,
  { command: asked, response, ...begin }: AdminExchange,
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
export function onCommand(flow: Flow, asked: CommandLine, cut: boolean, at: PacketTimestamp): void {
  const next = newExchange(asked, at);
  next.truncated = cut;
  // After a loss the next response may be for another command: not to be guessed.
  if (!flow.pairing.canPair(at)) {
    reportExchange(flow, next, undefined);
  } else {
    flow.commands.push(next);
    if (flow.commands.length > COMMANDS_LIMIT) {
      // The response of the one that goes would be taken for that of the next.
      abandonCommands(flow, false);
      flow.pairing.onLoss(at);
    }
  }
  flow.pairing.onMessage(at);
}

/** The exchange that the next line of a response belongs to. */
export function currentExchange(flow: Flow, at: PacketTimestamp): AdminExchange {
  if (flow.orphanResponse !== undefined) return flow.orphanResponse;
  const first = flow.commands[0];
  if (first !== undefined) {
    // What was captured before the command does not answer it, though it is read after it.
    if (nanosecondsBetween(first.seconds, first.nanoseconds, at) >= 0) return first;
    abandonCommands(flow, false);
  }
  flow.orphanResponse = newExchange(undefined, at);
  // Its command may be late, and would then wait for the response of the next one.
  flow.pairing.onLoss(at);
  return flow.orphanResponse;
}

/** The response at hand is over, at the moment `end` or without its end. */
export function endExchange(flow: Flow, end: PacketTimestamp | undefined): void {
  const done = flow.orphanResponse ?? flow.commands.shift();
  flow.orphanResponse = undefined;
  if (done !== undefined) reportExchange(flow, done, end);
}

/** The response at hand can't go on: something else follows. */
export function interruptResponse(flow: Flow): void {
  const current = flow.orphanResponse ?? flow.commands[0];
  if (current === undefined || !current.response.started) return;
  current.truncated = true;
  endExchange(flow, undefined);
}

/** Nothing of what is outstanding will be answered in a way that can be told. */
export function abandonCommands(flow: Flow, truncated: boolean): void {
  interruptResponse(flow);
  for (const left of flow.commands.splice(0)) {
    left.truncated ||= truncated;
    reportExchange(flow, left, undefined);
  }
}
