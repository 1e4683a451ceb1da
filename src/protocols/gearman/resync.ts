/** The place in a stream: losing it, and finding it again. */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import type { SyncLoss } from '../framing/sync-loss.js';
import { type Direction, ToClient, ToServer } from '../protocol.js';
import { isKnownCommand } from './admin/commands.js';
import { abandonCommands } from './admin/exchange.js';
import { isPlausibleResponse } from './admin/responses.js';
import { anomalies } from './anomaly.js';
import { type Flow, Phase, type Side, sideOf } from './connection.js';
import { findHeader, HeaderBytes } from './header.js';
import { onRequestsLost, onResponsesLost } from './jobs/disconnect.js';

/** Bytes in which no packet was found, after which that is told. */
const SkippedLimit = 64 * 1024;

/** The place in a direction is lost: what follows is searched for the next packet. */
export function lose(flow: Flow, dir: Direction, what: SyncLoss, at: PacketTimestamp): void {
  const side = sideOf(flow, dir);
  if (side.loss !== undefined) anomalies.reportSyncLoss(flow, dir, side.loss, false);
  side.loss = what;
  side.phase = Phase.resync;
  side.scanned = 0;
  side.more = false;
  // Responses to what was asked may be among what is lost.
  if (dir === ToClient) {
    abandonCommands(flow, true);
    flow.texted = false;
  }
  flow.pairing.lost(at);
  if (flow.jobs === undefined) return;
  if (dir === ToClient) onResponsesLost(flow.jobs);
  else onRequestsLost(flow.jobs);
}

/** A connection that is joined late has lost its place before its first moment. */
function stamp(what: SyncLoss, at: PacketTimestamp): void {
  what.seconds = at.seconds;
  what.nanoseconds = at.nanoseconds;
  what.packet = at.packet;
}

function found(flow: Flow, dir: Direction, side: Side): void {
  side.phase = Phase.boundary;
  if (side.loss !== undefined) anomalies.reportSyncLoss(flow, dir, side.loss, true);
  side.loss = undefined;
}

/**
 * Whether text that begins where the stream delivered a new piece is to be believed out of context: a
 * payload that is cut there may look like text, so it must be one that nothing else is.
 */
function believable(flow: Flow, dir: Direction, buf: Uint8Array, start: number, end: number): boolean {
  let newline = start;
  while (newline < end && buf[newline] !== 0x0a) newline++;
  if (newline === end) return false;
  const stop = newline > start && buf[newline - 1] === 0x0d ? newline - 1 : newline;
  if (dir === ToServer) return isKnownCommand(buf, start, stop);
  if (flow.commands.length > 0) return true;
  if (!isPlausibleResponse(buf, start, stop)) return false;
  const oneLine = newline + 1 === end;
  const endsWithDot =
    buf[end - 1] === 0x0a && buf[end - 2] === 0x2e && (end - 2 === start || buf[end - 3] === 0x0a);
  return oneLine || endsWithDot;
}

export function inResync(
  flow: Flow,
  dir: Direction,
  side: Side,
  buf: Uint8Array,
  start: number,
  end: number,
  fresh: boolean,
  at: PacketTimestamp,
): number {
  if (side.loss !== undefined && side.loss.seconds === 0) stamp(side.loss, at);
  if (fresh && buf[start] !== 0 && believable(flow, dir, buf, start, end)) {
    found(flow, dir, side);
    return start;
  }
  const place = findHeader(buf, start, end);
  if (side.loss !== undefined) {
    side.loss.skipped += place - start;
    if (side.loss.skipped >= SkippedLimit) anomalies.reportSyncLoss(flow, dir, side.loss, false);
  }
  if (place + HeaderBytes <= end) found(flow, dir, side);
  else if (place < end) side.more = true;
  return place;
}
