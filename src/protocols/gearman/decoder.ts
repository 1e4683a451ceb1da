/**
 * Gearman's two protocols on one connection, from bytes to records. A packet starts with a NUL, a line of text with
 * anything else, as in gearmand (protocol/gear/protocol.cc). They may alternate in any order.
 */
import type { PacketTimestamp } from '../../packet/timestamp.js';
import { stampSyncLoss } from '../framing/resync.js';
import { StreamParser } from '../framing/stream-parser.js';
import { newGapLoss, newSyncLoss } from '../framing/sync-loss.js';
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
import { parseLine, skipLongLine } from './admin/line-parser.js';
import { anomalies } from './anomaly.js';
import { type Flow, openFlow, Phase, type Side } from './connection.js';
import { HEADER_BYTES, Magic, magicAt, SIZE_LIMIT, uint32 } from './header.js';
import { onClose } from './jobs/disconnect.js';
import type { Jobs } from './jobs/jobs.js';
import {
  areArgumentsComplete,
  beginPacket,
  beginPayload,
  isPayloadTaken,
  takeArguments,
  takePayload,
} from './packet.js';
import { reportPacket } from './report.js';
import { findPacket, loseSync } from './resync.js';
import { restoreFlow, type SuspendedGearman, suspendFlow } from './suspend.js';

class GearmanDecoder extends StreamParser<Side> implements FlowDecoder {
  private readonly flow: Flow;
  private readonly fromStart: boolean;

  constructor(flow: Flow, fromStart: boolean) {
    super(flow, anomalies);
    this.flow = flow;
    this.fromStart = fromStart;
  }

  protected override parse(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    _segmentAligned: boolean,
    at: PacketTimestamp,
  ): number {
    const side = this.flow.sides[dir];
    switch (side.phase) {
      case Phase.boundary:
        return this.parseStart(dir, buf, start, end, at);
      case Phase.line:
        return parseLine(this.flow, dir, buf, start, end, at);
      case Phase.longLine:
        return skipLongLine(side, buf, start, end);
      default:
        return this.parsePacket(dir, buf, start, end, at);
    }
  }

  /** Parses the header of a packet, or leaves a line of text to Phase.line. */
  private parseStart(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    at: PacketTimestamp,
  ): number {
    const { flow } = this;
    const side = flow.sides[dir];
    if (buf[start] !== 0) {
      side.phase = Phase.line;
      side.scanned = 0;
      return start;
    }
    // Waits for all four bytes of the magic even if the second is wrong already, so that the anomaly does not depend
    // on segment boundaries.
    if (end - start < 4) {
      side.needMore = true;
      return start;
    }
    if (magicAt(buf, start, start + 4) === Magic.none) {
      const details = { magic_hex: hex(buf, start, start + 4) };
      loseSync(flow, dir, newSyncLoss('bad magic', details, true, at), at);
      return start;
    }
    if (end - start < HEADER_BYTES) {
      side.needMore = true;
      return start;
    }
    const size = uint32(buf, start + 8);
    if (size > SIZE_LIMIT) {
      const details = { header_hex: hex(buf, start, start + HEADER_BYTES), size, limit: SIZE_LIMIT };
      loseSync(flow, dir, newSyncLoss('size over the limit', details, true, at), at);
      return start;
    }
    if (dir === ToClient) {
      interruptResponse(flow);
      flow.inTextMode = false;
    }
    beginPacket(side.packet, buf, start);
    side.phase = Phase.message;
    side.inPayload = false;
    return this.parsePacket(dir, buf, start + HEADER_BYTES, end, at);
  }

  private parsePacket(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    at: PacketTimestamp,
  ): number {
    const side = this.flow.sides[dir];
    const { packet } = side;
    let position = start;
    if (!side.inPayload) {
      position = takeArguments(packet, buf, position, end);
      if (!areArgumentsComplete(packet)) {
        side.needMore = true;
        return position;
      }
      beginPayload(packet, this.flow.payloadBytes);
      side.inPayload = true;
    }
    position = takePayload(packet, buf, position, end);
    if (!isPayloadTaken(packet)) return position;
    const packetEnd = position + packet.remaining;
    if (packetEnd <= end) this.endSkippedMessage(dir, side, at);
    else side.phase = Phase.skipping;
    return packetEnd;
  }

  protected override endSkippedMessage(dir: Direction, side: Side, at: PacketTimestamp): void {
    side.phase = Phase.boundary;
    reportPacket(this.flow, dir, side.packet, true, at);
  }

  protected override resync(
    dir: Direction,
    buf: Uint8Array,
    start: number,
    end: number,
    segmentAligned: boolean,
    at: PacketTimestamp,
  ): number {
    stampSyncLoss(this.flow.sides[dir].loss, at);
    return findPacket(this.flow, dir, buf, start, end, segmentAligned);
  }

  protected override markTruncated(side: Side): void {
    side.packet.truncated = true;
  }

  protected override handleGap(
    dir: Direction,
    missing: number,
    reason: GapReason,
    at: PacketTimestamp,
  ): void {
    const side = this.flow.sides[dir];
    this.reportUnfinished(dir, side, at);
    const isMidstream = reason === 'midstream';
    const loss = isMidstream ? newSyncLoss('midstream', {}, false, at) : newGapLoss(missing, reason, at);
    loss.skipped = side.unconsumed;
    loseSync(this.flow, dir, loss, at);
  }

  protected override reportUnfinished(dir: Direction, side: Side, at: PacketTimestamp): boolean {
    if (side.phase !== Phase.message && side.phase !== Phase.skipping) return false;
    side.phase = Phase.boundary;
    reportPacket(this.flow, dir, side.packet, false, at);
    return true;
  }

  suspend(): SuspendedDecoder | undefined {
    return suspendFlow(this.flow, this.fromStart);
  }

  /** The server's direction ends last: a client may close its own right after a command. */
  close(reason: string, at: PacketTimestamp): void {
    const { flow } = this;
    this.closeSide(ToServer, at);
    this.closeSide(ToClient, at);
    abandonCommands(flow, false);
    const evicted = flow.pairing.takeEvicted();
    // If the server was not seen, nothing is answered: the asymmetric flow has an anomaly of its own.
    if (evicted > 0 && flow.sides[ToClient].seen) anomalies.reportEvicted(flow, ToServer, evicted, at);
    if (flow.jobs !== undefined) onClose(flow.jobs, reason !== 'end' && reason !== 'evicted', at);
  }
}

/** @param jobs undefined: jobs are not followed */
export function openDecoder(
  connection: Connection,
  emit: Emit,
  options: ProtocolOptions,
  jobs: Jobs | undefined,
  from?: SuspendedDecoder,
): FlowDecoder {
  const suspended = from as SuspendedGearman | undefined;
  const flow = openFlow(connection, emit, options, jobs?.open(connection, emit, suspended), suspended);
  if (suspended !== undefined) restoreFlow(flow, suspended);
  return new GearmanDecoder(flow, connection.fromStart);
}
