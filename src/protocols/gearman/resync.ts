/** Loss of sync in a stream of packets and lines, and the search for the next packet. */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { addSkipped, enterResync, leaveResync } from '../framing/resync.js';
import type { SyncLoss } from '../framing/sync-loss.js';
import { type Direction, ToClient, ToServer } from '../protocol.js';
import { isKnownCommand } from './admin/commands.js';
import { abandonCommands } from './admin/exchange.js';
import { isPlausibleResponse } from './admin/responses.js';
import { anomalies } from './anomaly.js';
import type { Flow } from './connection.js';
import { findHeader, HEADER_BYTES } from './header.js';
import { onRequestsLost, onResponsesLost } from './jobs/disconnect.js';

/** The position in a direction is lost: the bytes that follow are searched for the next packet. */
export function loseSync(flow: Flow, dir: Direction, loss: SyncLoss, at: PacketTimestamp): void {
  const side = flow.sides[dir];
  if (side.loss !== undefined) anomalies.reportSyncLoss(flow, dir, side.loss, false);
  side.loss = loss;
  enterResync(side);
  side.scanned = 0;
  // Responses to pending commands may be among the lost bytes.
  if (dir === ToClient) {
    abandonCommands(flow, true);
    flow.inTextMode = false;
  }
  flow.pairing.onLoss(at);
  if (flow.jobs === undefined) return;
  if (dir === ToClient) onResponsesLost(flow.jobs);
  else onRequestsLost(flow.jobs);
}

/**
 * Whether text at the start of a segment is plausible without context. The segment may continue a payload, so only
 * known commands and unmistakable responses are.
 */
function isPlausibleText(flow: Flow, dir: Direction, buf: Uint8Array, start: number, end: number): boolean {
  let newline = start;
  while (newline < end && buf[newline] !== 0x0a) newline++;
  if (newline === end) return false;
  const stop = newline > start && buf[newline - 1] === 0x0d ? newline - 1 : newline;
  if (dir === ToServer) return isKnownCommand(buf, start, stop);
  if (flow.commands.length > 0) return true;
  if (!isPlausibleResponse(buf, start, stop)) return false;
  const isSingleLine = newline + 1 === end;
  const endsWithDot =
    buf[end - 1] === 0x0a && buf[end - 2] === 0x2e && (end - 2 === start || buf[end - 3] === 0x0a);
  return isSingleLine || endsWithDot;
}

/** Searches bytes[start, end). Returns the position up to which no packet begins. */
export function findPacket(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  segmentAligned: boolean,
): number {
  if (segmentAligned && buf[start] !== 0 && isPlausibleText(flow, dir, buf, start, end)) {
    leaveResync(flow, dir, anomalies);
    return start;
  }
  const side = flow.sides[dir];
  const position = findHeader(buf, start, end);
  if (side.loss !== undefined) addSkipped(flow, dir, side.loss, position - start, anomalies);
  if (position + HEADER_BYTES <= end) leaveResync(flow, dir, anomalies);
  else if (position < end) side.needMore = true;
  return position;
}
