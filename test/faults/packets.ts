/** A capture as single packets, which can be dropped, moved and truncated, and decoded. */
import { formatAddress } from '../../src/packet/address.js';
import { Outcome } from '../../src/packet/headers.js';
import { PacketParser } from '../../src/packet/packet-parser.js';
import { newServiceClassifier } from '../../src/packet/service.js';
import { MARK_LENGTH, Mark, RECORD_HEADER } from '../../src/ring/layout.js';
import { captureRecords } from '../helpers/captures.js';
import { SERVICE_PORTS } from '../helpers/connection.js';

export interface Packet {
  /** 1-based, in the original capture. */
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  readonly wire: number;
  /** "SOURCE>DESTINATION" as `Message.flow` has it; empty if the packet is not TCP. */
  readonly flow: string;
  /** The same for both directions. */
  readonly connection: string;
  readonly toServer: boolean;
  /** Bytes of payload on the wire. */
  readonly payload: number;
}

export interface Capture {
  readonly name: string;
  readonly linkType: number;
  readonly packets: readonly Packet[];
}

const isToService = newServiceClassifier(SERVICE_PORTS);

function ends(
  bytes: Uint8Array,
  wire: number,
  linkType: number,
): Pick<Packet, 'flow' | 'connection' | 'toServer' | 'payload'> {
  const parser = new PacketParser();
  const { headers: h } = parser;
  if (parser.parse(bytes, 0, bytes.length, wire, linkType) !== Outcome.tcp) {
    return { flow: '', connection: '', toServer: false, payload: 0 };
  }
  const source = `${formatAddress(h.ipVersion, h.src0, h.src1, h.src2, h.src3)}:${h.srcPort}`;
  const destination = `${formatAddress(h.ipVersion, h.dst0, h.dst1, h.dst2, h.dst3)}:${h.dstPort}`;
  const toServer = isToService(h);
  return {
    flow: `${source}>${destination}`,
    connection: toServer ? `${source}>${destination}` : `${destination}>${source}`,
    toServer,
    payload: h.payloadLength,
  };
}

export async function readPackets(name: string): Promise<Capture> {
  const { linkType, runs } = await captureRecords(name);
  const packets: Packet[] = [];
  for (const run of runs) {
    const view = new DataView(run.buffer, run.byteOffset, run.byteLength);
    for (let at = 0; at < run.length; ) {
      const end = at + RECORD_HEADER + view.getUint32(at + 8, true);
      const bytes = run.subarray(at + RECORD_HEADER, end);
      const wire = view.getUint32(at + 12, true);
      if (wire !== MARK_LENGTH) {
        packets.push({
          number: packets.length + 1,
          seconds: view.getUint32(at, true),
          nanoseconds: view.getUint32(at + 4, true),
          bytes,
          wire,
          ...ends(bytes, wire, linkType),
        });
      }
      at = end;
    }
  }
  return { name, linkType, packets };
}

/** The packets as records of the ring, each after a mark with its number in the capture. */
export function asRecords(packets: readonly Packet[]): Uint8Array {
  const size = packets.reduce((all, { bytes }) => all + 2 * RECORD_HEADER + bytes.length, 0);
  const records = new Uint8Array(size);
  const view = new DataView(records.buffer);
  let at = 0;
  const header = (seconds: number, nanoseconds: number, captured: number, wire: number) => {
    for (const word of [seconds, nanoseconds, captured, wire]) {
      view.setUint32(at, word, true);
      at += 4;
    }
  };
  for (const { number, seconds, nanoseconds, bytes, wire } of packets) {
    header(Mark.number, number - 1, 0, MARK_LENGTH);
    header(seconds, nanoseconds, bytes.length, wire);
    records.set(bytes, at);
    at += bytes.length;
  }
  return records;
}

/** The packets as a pcap file, with nanoseconds. */
export function asFile(linkType: number, packets: readonly Packet[]): Buffer {
  const words = (...values: readonly number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const records = packets.flatMap(({ seconds, nanoseconds, bytes, wire }) => [
    words(seconds, nanoseconds, bytes.length, wire),
    bytes,
  ]);
  return Buffer.concat([words(0xa1b23c4d, 0x00040002, 0, 0, 65535, linkType), ...records]);
}
