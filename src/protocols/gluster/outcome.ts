/** Describes the outcome of a call: its status, and the result or the error in words. */

import type { EventOutcome } from '../../records/record.js';
import type { Fields } from '../rpc/describer.js';
import { shownReason } from './describe/glusterd.js';
import { probeReason } from './describe/peers.js';
import { withoutSecretValues } from './describe/settings.js';
import { errnoName } from './enums/fop.js';
import type { GlusterSection } from './fields.js';
import type { GlusterExchange, GlusterProcedure } from './programs/procedure.js';
import { entry, integer, put, text } from './values.js';

export interface Outcome {
  readonly words: string;
  readonly outcome: EventOutcome;
  /** The failure is common in normal operation. */
  readonly expected: boolean;
}

const EMPTY_REPLY: Outcome = { words: 'ok', outcome: 'success', expected: false };
const UNREADABLE_REPLY: Outcome = { words: 'a reply', outcome: 'unknown', expected: false };

/** Puts the status of a reply into the line, and its result or error. */
export function describeOutcome(exchange: GlusterExchange, out: GlusterSection): Outcome {
  const { program, procedure, response } = exchange;
  if (response === undefined) return procedure.reply === 'void' ? EMPTY_REPLY : UNREADABLE_REPLY;
  const opRet = integer(response.op_ret);
  put(out, 'op_ret', opRet);
  put(out, 'op_errno', integer(response.op_errno));
  if (opRet === undefined) return UNREADABLE_REPLY;
  if (opRet < 0 || (program.nonZeroFails && Number(opRet) !== 0)) {
    return describeFailure(exchange, response, out);
  }
  const words = procedure.result(response, out, opRet) ?? 'ok';
  return { words, outcome: 'success', expected: false };
}

function describeFailure(
  { procedure, request }: GlusterExchange,
  response: Fields,
  out: GlusterSection,
): Outcome {
  const code = response.op_errno;
  const hasCode = typeof code === 'number' && code !== 0;
  const error = hasCode ? errorName(procedure, code) : undefined;
  const sentReason = reasonOf(procedure, request, response);
  put(out, 'error', error);
  put(out, 'op_errstr', sentReason);
  const name = error ?? (hasCode ? `error ${code}` : 'failed');
  const reason = sentReason ?? probeReason(name);
  const words = reason === undefined ? name : `${name}: ${shownReason(reason)}`;
  return { words, outcome: 'failure', expected: procedure.expectedErrors.includes(name) };
}

function errorName({ errorNames }: GlusterProcedure, code: number): string | undefined {
  const name = errorNames?.of(code) ?? errnoName.of(code);
  return typeof name === 'string' ? name : undefined;
}

/** The reason in words, which some replies carry: a refused SETVOLUME in its dictionary. */
function reasonOf(
  procedure: GlusterProcedure,
  request: Fields | undefined,
  response: Fields,
): string | undefined {
  const inDict = procedure.identifiesClient ? entry(response.dict, 'ERROR') : undefined;
  const reason = text(response.op_errstr) ?? text(response.errstr) ?? inDict;
  return reason === undefined ? undefined : withoutSecretValues(reason, request?.dict ?? request?.buf);
}
