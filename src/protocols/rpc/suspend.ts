/** The state of an idle connection as a single small object: there may be tens of thousands of them. */

import { Phase, SyncState } from '../framing/stream-side.js';
import { isAtRest, restoreAtRest } from '../framing/suspend.js';
import { type SuspendedDecoder, ToClient, ToServer } from '../protocol.js';
import type { Flow, Side } from './connection.js';

export interface SuspendedRpc extends SuspendedDecoder {
  readonly usesAlternatives: boolean;
  readonly callsMayBeMissing: boolean;
  /** From Describer.suspend(). */
  readonly describer: object;
  // Fields of Side, for the direction to the server and for the direction to the client.
  readonly serverSeen: boolean;
  readonly serverCall: number;
  readonly serverReply: number;
  readonly serverUnparsed: number;
  readonly clientSeen: boolean;
  readonly clientCall: number;
  readonly clientReply: number;
  readonly clientUnparsed: number;
}

/** Whether the direction still has the initial state of a midstream pickup. */
function isUntouchedMidstream({ phase, sync, unconsumed, loss }: Side): boolean {
  if (phase !== Phase.boundary || sync !== SyncState.lost || unconsumed > 0) return false;
  return loss?.reason === 'midstream' && loss.skipped === 0 && !loss.reported;
}

function isIdle(side: Side, midstream: boolean): boolean {
  return (
    (midstream ? isUntouchedMidstream(side) : isAtRest(side)) &&
    side.minBytes === 0 &&
    side.skipRemaining === 0 &&
    side.skippedMessage === undefined &&
    side.fragments === undefined &&
    side.calls.isEmpty()
  );
}

/** undefined: a message or call is in progress. */
export function suspendFlow(flow: Flow, fromStart: boolean): SuspendedRpc | undefined {
  const [server, client] = flow.sides;
  // Often one direction carries nothing for as long as the connection lasts.
  if (!isIdle(server, !fromStart && !server.seen) || !isIdle(client, !fromStart && !client.seen))
    return undefined;
  const describer = flow.describer.suspend?.();
  if (describer === undefined) return undefined;
  return {
    fromStart,
    usesAlternatives: flow.usesAlternatives,
    callsMayBeMissing: flow.callsMayBeMissing,
    describer,
    serverSeen: server.seen,
    serverCall: server.lastCall,
    serverReply: server.lastReply,
    serverUnparsed: server.unparsedBytes,
    clientSeen: client.seen,
    clientCall: client.lastCall,
    clientReply: client.lastReply,
    clientUnparsed: client.unparsedBytes,
  };
}

/** Restores the state in a new flow. */
export function restoreFlow(flow: Flow, from: SuspendedRpc): void {
  flow.usesAlternatives = from.usesAlternatives;
  flow.callsMayBeMissing = from.callsMayBeMissing;
  const server = flow.sides[ToServer];
  const client = flow.sides[ToClient];
  // A direction that was never seen keeps its initial state.
  if (from.serverSeen) {
    restoreAtRest(server);
    server.seen = true;
    server.lastCall = from.serverCall;
    server.lastReply = from.serverReply;
    server.unparsedBytes = from.serverUnparsed;
  }
  if (from.clientSeen) {
    restoreAtRest(client);
    client.seen = true;
    client.lastCall = from.clientCall;
    client.lastReply = from.clientReply;
    client.unparsedBytes = from.clientUnparsed;
  }
}
