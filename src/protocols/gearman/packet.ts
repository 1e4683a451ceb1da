/**
 * Incremental parser of a binary packet: header, arguments, payload. Each part is consumed once it is complete, so that
 * at most a part of one argument stays unconsumed.
 */
import { PAYLOAD_LIMIT, putPayload } from '../payload.js';
import { type Fields, putCount, putText, TEXT_ENOUGH } from './fields.js';
import { Magic, magicAt, uint32 } from './header.js';
import { type Argument, type PacketType, packetType, UNKNOWN_TYPE } from './packet-types.js';

/** The current packet of one direction. */
export interface Packet {
  type: PacketType;
  magic: Magic;
  /** Unconsumed bytes of its data. */
  remaining: number;
  /** The index of the next argument. */
  nextArgument: number;
  /** Bytes of that argument that are known to hold no NUL. */
  scanned: number;
  /** The first bytes of an argument that is too long to stay unconsumed, and how many are consumed. */
  partialArgument: Uint8Array | undefined;
  partialBytes: number;
  /** The first bytes of the payload; undefined: not logged. */
  payload: Uint8Array | undefined;
  payloadFilled: number;
  /** Its data ended before its arguments did. */
  tooFew: boolean;
  /** It has data, but its type has none. */
  unexpectedData: boolean;
  /** A part of it was not captured. */
  truncated: boolean;
  fields: Fields;
}

export function emptyPacket(): Packet {
  return {
    type: UNKNOWN_TYPE,
    magic: Magic.none,
    remaining: 0,
    nextArgument: 0,
    scanned: 0,
    partialArgument: undefined,
    partialBytes: 0,
    payload: undefined,
    payloadFilled: 0,
    tooFew: false,
    unexpectedData: false,
    truncated: false,
    fields: {},
  };
}

/** Starts a packet. @param at the offset of a complete header with a valid magic */
export function beginPacket(packet: Packet, bytes: Uint8Array, at: number): void {
  const id = uint32(bytes, at + 4);
  const size = uint32(bytes, at + 8);
  packet.type = packetType(id) ?? UNKNOWN_TYPE;
  packet.magic = magicAt(bytes, at, at + 4);
  packet.remaining = size;
  packet.nextArgument = 0;
  packet.scanned = 0;
  packet.partialArgument = undefined;
  packet.payload = undefined;
  packet.tooFew = false;
  packet.unexpectedData = false;
  packet.truncated = false;
  packet.fields = {
    magic: packet.magic === Magic.request ? 'REQ' : 'RES',
    type: packet.type.name,
    type_id: id,
    size,
  };
}

function putArgument(
  packet: Packet,
  argument: Argument,
  bytes: Uint8Array,
  start: number,
  end: number,
  total: number,
): void {
  const isCount = argument.count && total === end - start;
  if (isCount) putCount(packet.fields, argument.name, bytes, start, end, total);
  else putText(packet.fields, argument.name, bytes, start, end, total);
}

/** Adds the argument that ends at `end`. Its first bytes may be consumed already. */
function putNextArgument(packet: Packet, bytes: Uint8Array, start: number, end: number): void {
  const argument = packet.type.arguments[packet.nextArgument];
  if (packet.partialArgument !== undefined) {
    putArgument(
      packet,
      argument,
      packet.partialArgument,
      0,
      packet.partialArgument.length,
      packet.partialBytes + (end - start),
    );
    packet.partialArgument = undefined;
  } else putArgument(packet, argument, bytes, start, end, end - start);
  packet.nextArgument += 1;
  packet.scanned = 0;
}

/** Consumes a part of an argument without its end, once there is enough to log. */
function consumePiece(packet: Packet, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (packet.partialArgument === undefined) {
    if (length < TEXT_ENOUGH) {
      packet.scanned = length;
      return start;
    }
    // A copy. Buffer.slice() makes none.
    packet.partialArgument = new Uint8Array(bytes.subarray(start, start + TEXT_ENOUGH));
    packet.partialBytes = 0;
  }
  packet.partialBytes += length;
  packet.remaining -= length;
  packet.scanned = 0;
  return end;
}

/** Consumes arguments from bytes[start, end). Returns the position reached: see areArgumentsComplete(). */
export function takeArguments(packet: Packet, bytes: Uint8Array, start: number, end: number): number {
  const { arguments: list, payload } = packet.type;
  let position = start;
  while (packet.nextArgument < list.length && !packet.tooFew) {
    const available = end - position;
    const isComplete = available >= packet.remaining;
    const stop = isComplete ? position + packet.remaining : end;
    if (packet.nextArgument === list.length - 1 && !payload) {
      if (!isComplete) return consumePiece(packet, bytes, position, stop);
      packet.remaining = 0;
      const terminated =
        list[packet.nextArgument].terminated &&
        packet.partialArgument === undefined &&
        stop > position &&
        bytes[stop - 1] === 0;
      putNextArgument(packet, bytes, position, terminated ? stop - 1 : stop);
      return stop;
    }
    let nul = position + packet.scanned;
    while (nul < stop && bytes[nul] !== 0) nul++;
    if (nul < stop) {
      packet.remaining -= nul + 1 - position;
      putNextArgument(packet, bytes, position, nul);
      position = nul + 1;
    } else if (!isComplete) {
      return consumePiece(packet, bytes, position, stop);
    } else {
      // The data ends within this argument. Its first bytes are logged.
      packet.tooFew = true;
      packet.remaining = 0;
      if (stop > position || packet.partialArgument !== undefined)
        putNextArgument(packet, bytes, position, stop);
      return stop;
    }
  }
  return position;
}

export function areArgumentsComplete(packet: Packet): boolean {
  return packet.tooFew || packet.nextArgument === packet.type.arguments.length;
}

/** Starts the payload, when the arguments are complete. @param payloadBytes first bytes to log */
export function beginPayload(packet: Packet, payloadBytes: number): void {
  if (packet.tooFew) return;
  if (!packet.type.payload) {
    packet.unexpectedData = packet.remaining > 0;
    return;
  }
  packet.fields.payload_bytes = packet.remaining;
  const shown = Math.min(payloadBytes, packet.remaining, PAYLOAD_LIMIT);
  if (shown > 0) {
    packet.payload = new Uint8Array(shown);
    packet.payloadFilled = 0;
  }
}

/** Consumes the first bytes of the payload that are logged. Returns the position reached. */
export function takePayload(packet: Packet, bytes: Uint8Array, start: number, end: number): number {
  const { payload } = packet;
  if (payload === undefined) return start;
  const length = Math.min(payload.length - packet.payloadFilled, end - start);
  payload.set(bytes.subarray(start, start + length), packet.payloadFilled);
  packet.payloadFilled += length;
  packet.remaining -= length;
  return start + length;
}

export function isPayloadTaken(packet: Packet): boolean {
  return packet.payload === undefined || packet.payloadFilled === packet.payload.length;
}

/** Ends a packet, complete or not. */
export function endPacket(packet: Packet): void {
  const { payload } = packet;
  if (payload === undefined || packet.payloadFilled === 0) return;
  putPayload(
    packet.fields,
    payload.subarray(0, packet.payloadFilled),
    packet.payloadFilled === packet.fields.payload_bytes,
  );
}
