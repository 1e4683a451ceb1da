/**
 * Gearman's two protocols on one connection, from bytes to records. A packet starts with a NUL, a line
 * of text with anything else: that is how gearmand tells them apart (protocol/gear/protocol.cc), and
 * they may follow each other in any order.
 */

import type { PacketTimestamp } from '../../packet/timestamp.js';
import { newSyncLoss } from '../framing/sync-loss.js';
import {
  type Connection,
  type Direction,
  type Emit,
  type FlowDecoder,
  type GapReason,
  type ProtocolOptions,
  type SuspendedDecoder,
  ToClient,
  ToServer,
} from '../protocol.js';
import { hex } from '../text.js';
import { abandonCommands, interruptResponse } from './admin/exchange.js';
import { inLine, inLongLine } from './admin/lines.js';
import { anomalies } from './anomaly.js';
import { type Flow, openFlow, Phase, type Side, sideOf } from './connection.js';
import { HeaderBytes, Magic, magicAt, SizeLimit, uint32 } from './header.js';
import { onClose } from './jobs/disconnect.js';
import type { Jobs } from './jobs/jobs.js';
import {
  argumentsDone,
  beginPacket,
  beginPayload,
  payloadShown,
  takeArguments,
  takePayload,
} from './packet.js';
import { reportPacket } from './report.js';
import { inResync, lose } from './resync.js';
import { asleep, type GearmanAsleep, goOn } from './suspend.js';

function endOfPacket(flow: Flow, dir: Direction, side: Side, at: PacketTimestamp): void {
  side.phase = Phase.boundary;
  reportPacket(flow, dir, side.packet, true, at);
}

function inPacket(
  flow: Flow,
  dir: Direction,
  side: Side,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const { packet } = side;
  let position = start;
  if (!side.inPayload) {
    position = takeArguments(packet, buf, position, end);
    if (!argumentsDone(packet)) {
      side.more = true;
      return position;
    }
    beginPayload(packet, flow.payloadBytes);
    side.inPayload = true;
  }
  position = takePayload(packet, buf, position, end);
  if (!payloadShown(packet)) return position;
  const stop = position + packet.left;
  if (stop <= end) endOfPacket(flow, dir, side, at);
  else side.phase = Phase.skipping;
  return stop;
}

function atBoundary(
  flow: Flow,
  dir: Direction,
  side: Side,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  if (buf[start] !== 0) {
    side.phase = Phase.line;
    side.scanned = 0;
    return start;
  }
  // The four bytes of the magic are waited for even where the second is wrong already, so that the
  // anomaly is the same however the stream is cut.
  if (end - start < 4) {
    side.more = true;
    return start;
  }
  if (magicAt(buf, start, start + 4) === Magic.none) {
    lose(flow, dir, newSyncLoss('bad magic', { magic_hex: hex(buf, start, start + 4) }, true, at), at);
    return start;
  }
  if (end - start < HeaderBytes) {
    side.more = true;
    return start;
  }
  const size = uint32(buf, start + 8);
  if (size > SizeLimit) {
    const details = { header_hex: hex(buf, start, start + HeaderBytes), size, limit: SizeLimit };
    lose(flow, dir, newSyncLoss('size over the limit', details, true, at), at);
    return start;
  }
  if (dir === ToClient) {
    interruptResponse(flow);
    flow.texted = false;
  }
  beginPacket(side.packet, buf, start);
  side.phase = Phase.packet;
  side.inPayload = false;
  return inPacket(flow, dir, side, buf, start + HeaderBytes, end, at);
}
function takeData(
  flow: Flow,
  dir: Direction,
  buf: Uint8Array,
  start: number,
  end: number,
  at: PacketTimestamp,
): number {
  const side = sideOf(flow, dir);
  const fresh = side.held === 0;
  side.more = false;
  side.heard = true;
  let position = start;
  // The stream calls again only when what was to be skipped has passed.
  if (side.phase === Phase.skipping) endOfPacket(flow, dir, side, at);
  while (position < end && !side.more) {
    switch (side.phase) {
      case Phase.boundary:
        position = atBoundary(flow, dir, side, buf, position, end, at);
        break;
      case Phase.packet:
        position = inPacket(flow, dir, side, buf, position, end, at);
        break;
      case Phase.line:
        position = inLine(flow, dir, side, buf, position, end, at);
        break;
      case Phase.longLine:
        position = inLongLine(side, buf, position, end);
        break;
      default:
        position = inResync(flow, dir, side, buf, position, end, fresh && position === start, at);
    }
  }
  side.held = Math.max(0, end - position);
  return position;
}

/** Tells of a packet that won't be complete. */
function abandonPacket(flow: Flow, dir: Direction, side: Side, at: PacketTimestamp): boolean {
  if (side.phase !== Phase.packet && side.phase !== Phase.skipping) return false;
  side.phase = Phase.boundary;
  reportPacket(flow, dir, side.packet, false, at);
  return true;
}

function takeGap(
  flow: Flow,
  dir: Direction,
  missing: number,
  reason: GapReason,
  skipping: boolean,
  at: PacketTimestamp,
): void {
  const side = sideOf(flow, dir);
  if (skipping && side.phase === Phase.skipping) {
    side.packet.truncated = true;
    return;
  }
  abandonPacket(flow, dir, side, at);
  const { held } = side;
  side.held = 0;
  const what =
    reason === 'midstream'
      ? newSyncLoss('midstream', {}, false, at)
      : newSyncLoss('gap', { cause: reason, missing_bytes: missing }, false, at);
  lose(flow, dir, what, at);
  if (side.loss !== undefined) side.loss.skipped = held;
}

function closeSide(flow: Flow, dir: Direction, at: PacketTimestamp): void {
  const side = sideOf(flow, dir);
  if (side.loss !== undefined) {
    side.loss.skipped += side.held;
    anomalies.reportSyncLoss(flow, dir, side.loss, false);
    side.loss = undefined;
  } else if (!abandonPacket(flow, dir, side, at) && side.held > 0)
    anomalies.reportTruncated(flow, dir, side.held, at);
  side.phase = Phase.boundary;
  side.held = 0;
}

/**
 * Ends one direction, or both. Commands wait for their response until the server's direction has ended:
 * a client may close its own right after the command.
 */
function takeClose(flow: Flow, dir: Direction | undefined, gone: boolean, at: PacketTimestamp): void {
  if (dir !== ToClient) closeSide(flow, ToServer, at);
  if (dir === ToServer) return;
  closeSide(flow, ToClient, at);
  abandonCommands(flow, false);
  const count = flow.pairing.takeForgotten();
  // Where the server is never seen nothing is ever answered, which is told of the connection.
  if (count > 0 && sideOf(flow, ToClient).heard) anomalies.reportEvicted(flow, ToServer, count, at);
  if (flow.jobs !== undefined) onClose(flow.jobs, gone, at);
}

/** @param jobs undefined: they are not followed */
export function openDecoder(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  jobs: Jobs | undefined,
  from?: SuspendedDecoder,
): FlowDecoder {
  const rest = from as GearmanAsleep | undefined;
  const flow = openFlow(connection, emit, options, jobs?.open(connection, emit, rest), rest);
  if (rest !== undefined) goOn(flow, rest);
  return {
    data: (dir, buf, start, end, at) => takeData(flow, dir, buf, start, end, at),
    gap: (dir, missing, reason, skipping, at) => takeGap(flow, dir, missing, reason, skipping, at),
    suspend: () => asleep(flow, connection.fromStart),
    close: (reason: string, at: PacketTimestamp, dir?: Direction) =>
      takeClose(flow, dir, reason !== 'end' && reason !== 'evicted', at),
  };
}
