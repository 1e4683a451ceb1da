/** Parses lines of the text protocol: commands from the client, response lines from the server. */
import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { newSyncLoss } from '../../framing/sync-loss.js';
import { type Direction, ToServer } from '../../protocol.js';
import { type Flow, Phase, type Side } from '../connection.js';
import { loseSync } from '../resync.js';
import { readCommand } from './commands.js';
import { currentExchange, endExchange, onCommand } from './exchange.js';
import { isPlausibleResponse, takeLine } from './responses.js';

/**
 * The longest line that is decoded, from a client and from a server. gearmand reads a command into a receive buffer of
 * 8 KiB. A row of `workers` lists all functions of a worker.
 */
const LINE_LIMITS = [16 * 1024, 64 * 1024] as const;

/** @returns the position up to which bytes are consumed */
export function parseLine(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const side = flow.sides[dir];
  const limit = LINE_LIMITS[dir];
  const stop = Math.min(end, start + limit);
  let newline = start + side.scanned;
  while (newline < stop && buf[newline] !== 0x0a) newline++;
  const isCut = newline === start + limit;
  if (newline === stop && !isCut) {
    side.scanned = newline - start;
    side.needMore = true;
    return start;
  }
  const lineEnd = newline > start && !isCut && buf[newline - 1] === 0x0d ? newline - 1 : newline;
  if (dir === ToServer) onCommand(flow, readCommand(buf, start, lineEnd), isCut, at);
  else if (!takeResponseLine(flow, buf, start, lineEnd, isCut, at)) {
    // Not malformed: any line may be the response to a command that was not captured.
    loseSync(flow, dir, newSyncLoss('neither packet nor text', {}, false, at), at);
    return start;
  }
  side.scanned = 0;
  side.phase = isCut ? Phase.longLine : Phase.boundary;
  return isCut ? newline : newline + 1;
}

/** @returns false: the line is not the response of a server */
function takeResponseLine(
  flow: Flow,
  buf: Uint8Array,
  start: number,
  end: number,
  isCut: boolean,
  at: PacketTimestamp,
): boolean {
  // In text mode a line needs no proof, even if its command is late or lost.
  const isExpected = flow.commands.length > 0 || flow.orphanResponse !== undefined || flow.inTextMode;
  if (!isExpected && !isPlausibleResponse(buf, start, end)) return false;
  flow.inTextMode = true;
  const exchange = currentExchange(flow, at);
  if (isCut) exchange.truncated = true;
  if (takeLine(exchange.response, buf, start, end)) endExchange(flow, at);
  flow.pairing.onMessage(at);
  return true;
}

/** Skips the rest of a line that exceeds the limit. */
export function skipLongLine(side: Side, buf: Uint8Array, start: number, end: number): number {
  let newline = start;
  while (newline < end && buf[newline] !== 0x0a) newline++;
  if (newline === end) return end;
  side.phase = Phase.boundary;
  return newline + 1;
}
