/**
 * The three blocks of pcapng that hold a packet (draft-ietf-opsawg-pcapng): Enhanced, Simple, and the
 * obsolete Packet Block. What each says in its fixed part, before it is believed.
 */
export interface Fields {
  interface: number;
  /** -1: as much as the interface's snapshot length lets through. */
  captured: number;
  wire: number;
  /** Where the packet's bytes begin in the block. */
  data: number;
  /** The block has a time, at bytes 12 (high half) and 16 (low half). */
  timed: boolean;
}

type Reader = (view: DataView, at: number, littleEndian: boolean, fields: Fields) => void;

/** The readers by block type; undefined: not a packet's block. */
export const FIELDS: readonly (Reader | undefined)[] = [
  undefined,
  undefined,
  packet,
  simple,
  undefined,
  undefined,
  enhanced,
];

/** The least total length by block type: the fixed part and the closing length. */
export const SMALLEST_FIELDS: readonly number[] = [0, 0, 32, 16, 0, 0, 32];

function enhanced(view: DataView, at: number, littleEndian: boolean, fields: Fields): void {
  lengths(view, at, littleEndian, fields);
  fields.interface = view.getUint32(at + 8, littleEndian);
}

/** Its second 16 bits count drops, or are 0xffff where they were not counted. */
function packet(view: DataView, at: number, littleEndian: boolean, fields: Fields): void {
  lengths(view, at, littleEndian, fields);
  fields.interface = view.getUint16(at + 8, littleEndian);
}

function lengths(view: DataView, at: number, littleEndian: boolean, fields: Fields): void {
  fields.captured = view.getUint32(at + 20, littleEndian);
  fields.wire = view.getUint32(at + 24, littleEndian);
  fields.data = 28;
  fields.timed = true;
}

/** No time, no captured length, and always the section's first interface. */
function simple(view: DataView, at: number, littleEndian: boolean, fields: Fields): void {
  fields.interface = 0;
  fields.captured = -1;
  fields.wire = view.getUint32(at + 8, littleEndian);
  fields.data = 12;
  fields.timed = false;
}
