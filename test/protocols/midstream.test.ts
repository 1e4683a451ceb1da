/** Protocol detection in midstream pickups: payload that looks like another protocol must not decide it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newProtocols } from '../../src/protocols/decoders.js';
import { newDetector } from '../../src/protocols/detect.js';
import { type Direction, ToClient, ToServer } from '../../src/protocols/protocol.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../helpers/connection.js';
import { packet } from './gearman/packets.js';
import { flushCall, flushReply, readReply, writeCall, writeReply } from './rpc/rpc-bytes.js';

const AT = { seconds: 1, nanoseconds: 0, packet: 1 };
const KNOWN = newProtocols(PROTOCOL_OPTIONS, HOST_HOOKS, new Map());
const SEGMENT = 1448;

type Segment = readonly [Direction, Uint8Array];

/** The protocol that is detected in a connection with these segments. */
function detectProtocol(segments: readonly Segment[], serverPort = 49152): string {
  let detected = 'none';
  const decoder = newDetector({ serverPort, clientPort: 40000, ...ADDRESSES, fromStart: false }, () => {}, {
    protocols: KNOWN,
    options: PROTOCOL_OPTIONS,
    detected: (protocol) => {
      detected = protocol.name;
    },
    rejected() {},
  });
  const unconsumed: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (const [dir, bytes] of segments) {
    const all = Buffer.concat([unconsumed[dir], bytes]);
    unconsumed[dir] = all.subarray(decoder.data(dir, all, 0, all.length, AT));
    if (detected !== 'none') break;
  }
  return detected;
}

const split = (dir: Direction, bytes: Uint8Array): Segment[] =>
  Array.from({ length: Math.ceil(bytes.length / SEGMENT) }, (_, i) => [
    dir,
    bytes.subarray(i * SEGMENT, (i + 1) * SEGMENT),
  ]);

/** A recorded stream with packets at many offsets, some of them at the start of a segment. */
const recording = (magic: 'REQ' | 'RES'): Buffer =>
  Buffer.concat(
    Array.from({ length: 3000 }, (_, i) => packet(magic, magic === 'REQ' ? 16 : 17, `echo ${i}`)),
  );

test('a midstream pickup within a WRITE of recorded Gearman packets is GlusterFS', () => {
  const data = recording('REQ');
  const segments = [
    ...split(ToServer, writeCall(7, data)),
    [ToClient, writeReply(7, data.length)] as const,
    [ToServer, flushCall(8)] as const,
    [ToClient, flushReply(8)] as const,
  ];
  const last = segments.length - 3;
  const aligned = segments.slice(1, last).filter(([, bytes]) => bytes.subarray(0, 4).toString() === '\0REQ');
  assert.ok(aligned.length > 0, 'some segment begins with a packet');
  for (let from = 1; from <= last; from++) assert.equal(detectProtocol(segments.slice(from)), 'glusterfs');
});

test('a midstream pickup within a READ of recorded Gearman packets is GlusterFS', () => {
  const segments = [
    ...split(ToClient, readReply(7, recording('RES'))),
    [ToServer, flushCall(8)] as const,
    [ToClient, flushReply(8)] as const,
  ];
  for (let from = 1; from < segments.length; from++)
    assert.equal(detectProtocol(segments.slice(from)), 'glusterfs');
});

test('a midstream pickup is Gearman on any port if both sides begin segments with packets', () => {
  const echo: Segment[] = [
    [ToServer, packet('REQ', 16, 'x')],
    [ToClient, packet('RES', 17, 'x')],
  ];
  assert.equal(detectProtocol(echo, 7777), 'gearman');
  assert.equal(detectProtocol(echo.toReversed(), 7777), 'gearman');
  assert.equal(detectProtocol([echo[0], echo[0]], 7777), 'none');
});

test('a midstream pickup is Gearman on any port if the only visible side begins four segments with packets', () => {
  const requests = Array.from({ length: 4 }, (): Segment => [ToServer, packet('REQ', 1, 'reverse')]);
  assert.equal(detectProtocol(requests, 7777), 'gearman');
  assert.equal(detectProtocol(requests.slice(1), 7777), 'none');
});

test('a midstream pickup on the Gearman port is Gearman wherever it begins', () => {
  assert.equal(detectProtocol([[ToServer, Buffer.from('the middle of a workload')]], 4730), 'gearman');
});
