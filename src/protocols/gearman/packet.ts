/**
 * One binary packet, as its bytes come: the header, the arguments one after the other, the payload.
 * Each part is consumed as soon as it is whole, so that at most a piece of one argument is held back.
 */
import { PAYLOAD_LIMIT, putPayload } from '../payload.js';
import { type Fields, putCount, putText, TEXT_ENOUGH } from './fields.js';
import { Magic, magicAt, uint32 } from './header.js';
import { type Argument, type PacketType, packetType, UNKNOWN_TYPE } from './packet-types.js';

/** The packet at hand in one direction. */
export interface Packet {
  type: PacketType;
  magic: Magic;
  /** Bytes of its data that are not consumed yet. */
  remaining: number;
  /** Which argument is next. */
  nextArgument: number;
  /** Bytes of that argument that were looked at in vain, counted from where it begins. */
  scanned: number;
  /** The first bytes of an argument too long to be held back, and how many of it are consumed. */
  partialArgument: Uint8Array | undefined;
  partialBytes: number;
  /** The first bytes of the payload, where they are asked for. */
  payload: Uint8Array | undefined;
  payloadFilled: number;
  /** Its data ended before its arguments did. */
  tooFew: boolean;
  /** It has data although its type has none. */
  unexpectedData: boolean;
  /** A part of it was not seen. */
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

/** Begins a packet with the header at `at`, of which all bytes are there and the magic is right. */
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

/** Puts the argument that ends at `end`, whose beginning may be consumed already. */
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

/** Consumes a piece of an argument whose end isn't there, once enough of it is there to log it. */
function consumePiece(packet: Packet, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (packet.partialArgument === undefined) {
    if (length < TEXT_ENOUGH) {
      packet.scanned = length;
      return start;
    }
    // A copy: a Buffer's slice() would not be one.
    packet.partialArgument = new Uint8Array(bytes.subarray(start, start + TEXT_ENOUGH));
    packet.partialBytes = 0;
  }
  packet.partialBytes += length;
  packet.remaining -= length;
  packet.scanned = 0;
  return end;
}

/**
 * Consumes arguments from bytes[start, end). Returns the position reached; all of them are done when
 * `argumentsDone` says so, else more bytes are needed.
 */
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
      // The data end in this argument. What there is of it was sent, so it is told.
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

/** What follows the arguments is known by its length: called once they are done. */
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

/** Consumes the payload's first bytes as far as they are to be logged; returns the position reached. */
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

/** Ends a packet: nothing more of it comes. */
export function endPacket(packet: Packet): void {
  const { payload } = packet;
  if (payload === undefined || packet.payloadFilled === 0) return;
  putPayload(
    packet.fields,
    payload.subarray(0, packet.payloadFilled),
    packet.payloadFilled === packet.fields.payload_bytes,
  );
}
