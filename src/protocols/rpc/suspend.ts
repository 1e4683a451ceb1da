/**
 * What is left of a connection when nothing is under way on it. One object for all of it: there may be tens of thousands
 * of them.
 */
import { type SuspendedDecoder, ToClient, ToServer } from '../protocol.js';
import { type Flow, Phase, type Side } from './connection.js';

export interface RpcAsleep extends SuspendedDecoder {
  readonly otherNumbers: boolean;
  readonly blind: boolean;
  /** What Describer.asleep() gave. */
  readonly describer: object;
  // Of Side, of what goes to the server and of what goes to the client.
  readonly serverSeen: boolean;
  readonly serverCall: number;
  readonly serverReply: number;
  readonly serverUnread: number;
  readonly clientSeen: boolean;
  readonly clientCall: number;
  readonly clientReply: number;
  readonly clientUnread: number;
}

/** Whether nothing of it is under way. `midstream`: it is as it was made for a connection that was joined in its middle. */
function isIdle(side: Side, midstream: boolean): boolean {
  const { loss } = side;
  const isPlaced = midstream
    ? side.phase === Phase.resync && loss?.reason === 'midstream' && loss.skipped === 0 && !loss.reported
    : side.phase === Phase.boundary && loss === undefined;
  return (
    isPlaced &&
    side.need === 0 &&
    side.held === 0 &&
    side.rest === 0 &&
    side.pending === undefined &&
    side.fragments === undefined &&
    side.doubted === undefined &&
    side.calls.empty()
  );
}

export function asleep(flow: Flow, fromStart: boolean): RpcAsleep | undefined {
  const [server, client] = flow.sides;
  // Often one direction says nothing for as long as the connection lasts.
  if (!isIdle(server, !fromStart && !server.seen) || !isIdle(client, !fromStart && !client.seen))
    return undefined;
  const describer = flow.describer.suspend?.();
  if (describer === undefined) return undefined;
  return {
    fromStart,
    otherNumbers: flow.otherNumbers,
    blind: flow.blind,
    describer,
    serverSeen: server.seen,
    serverCall: server.lastCall,
    serverReply: server.lastReply,
    serverUnread: server.unread,
    clientSeen: client.seen,
    clientCall: client.lastCall,
    clientReply: client.lastReply,
    clientUnread: client.unread,
  };
}

/** Goes on from there, with what was made anew. */
export function goOn(flow: Flow, from: RpcAsleep): void {
  flow.otherNumbers = from.otherNumbers;
  flow.blind = from.blind;
  wake(flow.sides[ToServer], from.serverSeen, from.serverCall, from.serverReply, from.serverUnread);
  wake(flow.sides[ToClient], from.clientSeen, from.clientCall, from.clientReply, from.clientUnread);
}

function wake(side: Side, seen: boolean, lastCall: number, lastReply: number, unread: number): void {
  // As it was made.
  if (!seen) return;
  side.phase = Phase.boundary;
  side.loss = undefined;
  side.seen = seen;
  side.lastCall = lastCall;
  side.lastReply = lastReply;
  side.unread = unread;
}
