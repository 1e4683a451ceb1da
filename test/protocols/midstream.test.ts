/** Whose a connection is that was joined late: data that look like another protocol's must not decide it. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newProtocols } from '../../src/protocols/decoders.js';
import { newDetector } from '../../src/protocols/detect.js';
import { type Direction, ToClient, ToServer } from '../../src/protocols/protocol.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../helpers/connection.js';
import { packet } from './gearman/packets.js';
import { flushCall, flushReply, readReply, writeCall, writeReply } from './rpc/rpc-bytes.js';

const AT = { seconds: 1, nanoseconds: 0, packet: 1 };
const KNOWN = newProtocols(PROTOCOL_OPTIONS, HOST_HOOKS, new Map());
const SEGMENT = 1448;

type Piece = readonly [Direction, Uint8Array];

/** The protocol that claims a connection of these segments, and how many of them it took. */
function claimedBy(pieces: readonly Piece[], serverPort = 49152): string {
  let by = 'nobody';
  const decoder = newDetector({ serverPort, clientPort: 40000, ...ADDRESSES, fromStart: false }, () => {}, {
    protocols: KNOWN,
    options: PROTOCOL_OPTIONS,
    detected: (protocol) => {
      by = protocol.name;
    },
    rejected() {},
  });
  const held: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (const [dir, bytes] of pieces) {
    const all = Buffer.concat([held[dir], bytes]);
    held[dir] = all.subarray(decoder.data(dir, all, 0, all.length, AT));
    if (by !== 'nobody') break;
  }
  return by;
}

const segments = (dir: Direction, bytes: Uint8Array): Piece[] =>
  Array.from({ length: Math.ceil(bytes.length / SEGMENT) }, (_, i) => [
    dir,
    bytes.subarray(i * SEGMENT, (i + 1) * SEGMENT),
  ]);

/** A recorded stream, in which packets of many lengths begin at many places, segments' beginnings among them. */
const recording = (magic: 'REQ' | 'RES'): Buffer =>
  Buffer.concat(
    Array.from({ length: 3000 }, (_, i) => packet(magic, magic === 'REQ' ? 16 : 17, `echo ${i}`)),
  );

describe('a connection that was joined late', () => {
  it('in a WRITE of recorded Gearman packets is GlusterFS', () => {
    const data = recording('REQ');
    const pieces = [
      ...segments(ToServer, writeCall(7, data)),
      [ToClient, writeReply(7, data.length)] as const,
      [ToServer, flushCall(8)] as const,
      [ToClient, flushReply(8)] as const,
    ];
    const last = pieces.length - 3;
    const aligned = pieces.slice(1, last).filter(([, bytes]) => bytes.subarray(0, 4).toString() === '\0REQ');
    assert.ok(aligned.length > 0, 'some segment begins with a packet');
    for (let from = 1; from <= last; from++) assert.equal(claimedBy(pieces.slice(from)), 'glusterfs');
  });

  it('in a READ of them too', () => {
    const pieces = [
      ...segments(ToClient, readReply(7, recording('RES'))),
      [ToServer, flushCall(8)] as const,
      [ToClient, flushReply(8)] as const,
    ];
    for (let from = 1; from < pieces.length; from++) assert.equal(claimedBy(pieces.slice(from)), 'glusterfs');
  });

  it('is Gearman on any port, where both sides begin segments with its packets', () => {
    const echo: Piece[] = [
      [ToServer, packet('REQ', 16, 'x')],
      [ToClient, packet('RES', 17, 'x')],
    ];
    assert.equal(claimedBy(echo, 7777), 'gearman');
    assert.equal(claimedBy(echo.toReversed(), 7777), 'gearman');
    assert.equal(claimedBy([echo[0], echo[0]], 7777), 'nobody');
  });

  it('is Gearman on any port, where one side alone is seen to do so for long', () => {
    const requests = Array.from({ length: 4 }, (): Piece => [ToServer, packet('REQ', 1, 'reverse')]);
    assert.equal(claimedBy(requests, 7777), 'gearman');
    assert.equal(claimedBy(requests.slice(1), 7777), 'nobody');
  });

  it('is Gearman on its own port, wherever it begins', () => {
    assert.equal(claimedBy([[ToServer, Buffer.from('the middle of a workload')]], 4730), 'gearman');
  });
});
