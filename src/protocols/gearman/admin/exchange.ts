/** A text command with its response: one record for both. */
import { nanosecondsBetween, type PacketTimestamp } from '../../../packet/timestamp.js';
import type { EventOutcome } from '../../../records/record.js';
import { ToClient, ToServer } from '../../protocol.js';
import type { AdminExchange, Flow } from '../connection.js';
import { adminSentence } from '../sentence.js';
import { ANY_FORM, type CommandLine } from './commands.js';
import { endResponse, newAdminResponse } from './responses.js';

/** Pending commands kept for one connection. */
const COMMANDS_LIMIT = 256;

function newExchange(command: CommandLine | undefined, at: PacketTimestamp): AdminExchange {
  return {
    command,
    response: newAdminResponse(command?.form ?? ANY_FORM, command?.fields ?? {}),
    seconds: at.seconds,
    nanoseconds: at.nanoseconds,
    packet: at.packet,
    truncated: false,
  };
}

/** @param end the end of the response; undefined: it was not seen */
function reportExchange(flow: Flow, exchange: AdminExchange, end: PacketTimestamp | undefined): void {
  const { command, response, truncated } = exchange;
  endResponse(response, end !== undefined);
  const { fields } = response;
  const isPair = command !== undefined && end !== undefined;
  const nanoseconds = isPair ? nanosecondsBetween(exchange.seconds, exchange.nanoseconds, end) : undefined;
  const duration = nanoseconds !== undefined && nanoseconds >= 0 ? nanoseconds : undefined;
  let outcome: EventOutcome = 'unknown';
  if (end !== undefined) outcome = response.failed ? 'failure' : 'success';
  const {
    seconds,
    nanoseconds: fraction,
    packet,
  } = command === undefined && end !== undefined ? end : exchange;
  flow.emit(command === undefined ? ToClient : ToServer, {
    level: 'info',
    message: adminSentence(fields, command?.rows, duration, end !== undefined),
    seconds,
    nanoseconds: fraction,
    packet,
    replyPacket: isPair ? end.packet : 0,
    dataset: 'gearman.admin',
    action: command?.name ?? 'response',
    outcome,
    duration,
    sections: truncated
      ? { gearman: { admin: fields }, wiretail: { truncated: true } }
      : { gearman: { admin: fields } },
  });
}

/** @param isCut the line exceeds its limit */
export function onCommand(flow: Flow, command: CommandLine, isCut: boolean, at: PacketTimestamp): void {
  const exchange = newExchange(command, at);
  exchange.truncated = isCut;
  // After a loss the next response may be to another command.
  if (!flow.pairing.canPair(at)) reportExchange(flow, exchange, undefined);
  else {
    flow.commands.push(exchange);
    if (flow.commands.length > COMMANDS_LIMIT) {
      // Dropping only the oldest would pair its response with the next command.
      abandonCommands(flow, false);
      flow.pairing.onLoss(at);
    }
  }
  flow.pairing.onMessage(at);
}

/** The exchange that the next response line belongs to. */
export function currentExchange(flow: Flow, at: PacketTimestamp): AdminExchange {
  if (flow.orphanResponse !== undefined) return flow.orphanResponse;
  const oldest = flow.commands[0];
  if (oldest !== undefined) {
    // A line captured before the command is no response to it, though decoded later.
    if (nanosecondsBetween(oldest.seconds, oldest.nanoseconds, at) >= 0) return oldest;
    abandonCommands(flow, false);
  }
  flow.orphanResponse = newExchange(undefined, at);
  // Its command may be decoded later, and would be paired with the response to the next one.
  flow.pairing.onLoss(at);
  return flow.orphanResponse;
}

/** Ends the current exchange. @param end undefined: the end of the response was not seen */
export function endExchange(flow: Flow, end: PacketTimestamp | undefined): void {
  const exchange = flow.orphanResponse ?? flow.commands.shift();
  flow.orphanResponse = undefined;
  if (exchange !== undefined) reportExchange(flow, exchange, end);
}

/** Ends a response that has started: something else follows. */
export function interruptResponse(flow: Flow): void {
  const current = flow.orphanResponse ?? flow.commands[0];
  if (current === undefined || !current.response.started) return;
  current.truncated = true;
  endExchange(flow, undefined);
}

/** Reports all pending commands: their responses can no longer be recognised. */
export function abandonCommands(flow: Flow, truncated: boolean): void {
  interruptResponse(flow);
  for (const exchange of flow.commands.splice(0)) {
    exchange.truncated ||= truncated;
    reportExchange(flow, exchange, undefined);
  }
}
