/**
 * The fixed parts of the three pcapng blocks that hold a packet (draft-ietf-opsawg-pcapng): Enhanced, Simple, and the
 * obsolete Packet Block. The values are not validated here.
 */
export interface PacketBlock {
  interface: number;
  /** -1: as much as the interface's snapshot length allows. */
  captured: number;
  wire: number;
  /** The offset in the block of the packet's bytes. */
  dataOffset: number;
  /** The block has a timestamp, at bytes 12 (high half) and 16 (low half). */
  hasTimestamp: boolean;
}

type BlockReader = (view: DataView, at: number, littleEndian: boolean, block: PacketBlock) => void;

/** The readers by block type; undefined: the block holds no packet. */
export const BLOCK_READERS: readonly (BlockReader | undefined)[] = [
  undefined,
  undefined,
  readObsolete,
  readSimple,
  undefined,
  undefined,
  readEnhanced,
];

/** The minimum total length by block type: the fixed part and the trailing length. */
export const MIN_BLOCK_BYTES: readonly number[] = [0, 0, 32, 16, 0, 0, 32];

function readEnhanced(view: DataView, at: number, littleEndian: boolean, block: PacketBlock): void {
  readLengths(view, at, littleEndian, block);
  block.interface = view.getUint32(at + 8, littleEndian);
}

/** The 16 bits after the interface are a drop count, or 0xffff. */
function readObsolete(view: DataView, at: number, littleEndian: boolean, block: PacketBlock): void {
  readLengths(view, at, littleEndian, block);
  block.interface = view.getUint16(at + 8, littleEndian);
}

function readLengths(view: DataView, at: number, littleEndian: boolean, block: PacketBlock): void {
  block.captured = view.getUint32(at + 20, littleEndian);
  block.wire = view.getUint32(at + 24, littleEndian);
  block.dataOffset = 28;
  block.hasTimestamp = true;
}

/** No timestamp, no captured length, and always the section's first interface. */
function readSimple(view: DataView, at: number, littleEndian: boolean, block: PacketBlock): void {
  block.interface = 0;
  block.captured = -1;
  block.wire = view.getUint32(at + 8, littleEndian);
  block.dataOffset = 12;
  block.hasTimestamp = false;
}
