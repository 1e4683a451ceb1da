/** The text protocol's lines, as their bytes come. */

import type { PacketTimestamp } from '../../../packet/timestamp.js';
import { newSyncLoss } from '../../framing/sync-loss.js';
import { type Direction, ToServer } from '../../protocol.js';
import { type Flow, Phase, type Side } from '../connection.js';
import { loseSync } from '../resync.js';
import { readCommand } from './commands.js';
import { currentExchange, endExchange, onCommand } from './exchange.js';
import { isPlausibleResponse, takeLine } from './responses.js';

/**
 * The longest line that is read, from a client and from a server. gearmand takes a command of at most
 * its receive buffer (8 KiB); a row of `workers` names all functions of a worker.
 */
const LINE_LIMITS = [16 * 1024, 64 * 1024] as const;
/** Takes a line of text, without its newline. Returns whether it is one. */
function takeTextLine(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  newline: number,
  cut: boolean,
  at: PacketTimestamp,
): boolean {
  const end = newline > start && !cut && buf[newline - 1] === 0x0d ? newline - 1 : newline;
  if (dir === ToServer) {
    onCommand(flow, readCommand(buf, start, end), cut, at);
    return true;
  }
  // Behind a line of text more text is no surprise, though its command may be late or lost.
  const expected = flow.commands.length > 0 || flow.orphanResponse !== undefined || flow.inTextMode;
  if (!expected && !isPlausibleResponse(buf, start, end)) return false;
  flow.inTextMode = true;
  const exchange = currentExchange(flow, at);
  if (cut) exchange.truncated = true;
  if (takeLine(exchange.response, buf, start, end)) endExchange(flow, at);
  flow.pairing.onMessage(at);
  return true;
}

export function parseLine(
  flow: Flow,
  dir: Direction,
  side: Side,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const limit = LINE_LIMITS[dir];
  const stop = Math.min(end, start + limit);
  let newline = start + side.scanned;
  while (newline < stop && buf[newline] !== 0x0a) newline++;
  const cut = newline === start + limit;
  if (newline === stop && !cut) {
    side.scanned = newline - start;
    side.needMore = true;
    return start;
  }
  if (!takeTextLine(flow, dir, buf, start, newline, cut, at)) {
    // No fault of the server's: any line may be the response to a command that was not seen.
    loseSync(flow, dir, newSyncLoss('neither packet nor text', {}, false, at), at);
    return start;
  }
  side.scanned = 0;
  side.phase = cut ? Phase.longLine : Phase.boundary;
  return cut ? newline : newline + 1;
}

export function skipLongLine(side: Side, buf: Uint8Array, start: number, end: number): number {
  let newline = start;
  while (newline < end && buf[newline] !== 0x0a) newline++;
  if (newline === end) return end;
  side.phase = Phase.boundary;
  return newline + 1;
}
