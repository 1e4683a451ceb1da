import { createHash } from 'node:crypto';
import type { Headers } from './headers.js';
import { IP_PROTOCOL_TCP } from './ip.js';

/** The part of Headers that identifies a connection. */
export type Endpoints = Pick<
  Headers,
  'ipVersion' | 'src0' | 'src1' | 'src2' | 'src3' | 'srcPort' | 'dst0' | 'dst1' | 'dst2' | 'dst3' | 'dstPort'
>;

/**
 * Community ID v1 of a TCP connection (https://github.com/corelight/community-id-spec), by which Zeek, Suricata and
 * others log the same connection. It is the same for both directions.
 */
export function communityId(e: Endpoints, seed = 0): string {
  const source = address(e.ipVersion, e.src0, e.src1, e.src2, e.src3);
  const destination = address(e.ipVersion, e.dst0, e.dst1, e.dst2, e.dst3);
  const order = Buffer.compare(source, destination);
  const forward = order < 0 || (order === 0 && e.srcPort <= e.dstPort);

  const head = Buffer.alloc(2);
  head.writeUInt16BE(seed);
  // Protocol, a zero byte of padding, then the ports.
  const tail = Buffer.from([IP_PROTOCOL_TCP, 0, 0, 0, 0, 0]);
  tail.writeUInt16BE(forward ? e.srcPort : e.dstPort, 2);
  tail.writeUInt16BE(forward ? e.dstPort : e.srcPort, 4);
  const hash = createHash('sha1').update(head);
  hash.update(forward ? source : destination).update(forward ? destination : source);
  return `1:${hash.update(tail).digest('base64')}`;
}

/** The address as on the wire: 4 or 16 bytes. */
function address(ipVersion: number, w0: number, w1: number, w2: number, w3: number): Buffer {
  const words = ipVersion === 4 ? [w3] : [w0, w1, w2, w3];
  const bytes = Buffer.alloc(words.length * 4);
  for (let i = 0; i < words.length; i++) bytes.writeInt32BE(words[i], i * 4);
  return bytes;
}
