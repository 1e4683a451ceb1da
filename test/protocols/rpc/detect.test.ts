/** Detection of RPC, of GlusterFS or of other programs, from its first bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDRESSES } from '../../helpers/connection.js';
import { newRandom } from '../../helpers/random.js';
import { glusterfs, Match, other, ToClient, ToServer } from './harness.js';
import {
  auth,
  call,
  callBytes,
  childDown,
  flushCall,
  flushReply,
  fragmented,
  NFS,
  Proc,
  record,
  words,
} from './rpc-bytes.js';

const detectWith =
  (protocol: typeof other) =>
  (bytes: Uint8Array, fromStart = true) =>
    protocol.detect(ToServer, bytes, 0, bytes.length, {
      serverPort: 24007,
      clientPort: 1023,
      ...ADDRESSES,
      fromStart,
    });
const gluster = detectWith(glusterfs);
const rpc = detectWith(other);
const nfs = call({ xid: 1, program: NFS, version: 3, procedure: 1, body: Buffer.alloc(36) });

test('a first call is of GlusterFS or of another program', () => {
  assert.deepEqual([gluster(flushCall(1)), rpc(flushCall(1))], [Match.yes, Match.no]);
  assert.deepEqual([gluster(nfs), rpc(nfs)], [Match.no, Match.yes]);
  const newer = call({ xid: 1, procedure: 300, version: 500 });
  assert.deepEqual([gluster(newer), rpc(newer)], [Match.yes, Match.no]);
});

test('a first call is detected as soon as its bytes suffice, and never refused before', () => {
  for (const [mine, others, bytes] of [
    [gluster, rpc, flushCall(0xfefefefe)],
    [rpc, gluster, nfs],
  ] as const) {
    const answers = Array.from(bytes, (_, i) => mine(bytes.subarray(0, i)));
    assert.equal(answers.lastIndexOf(Match.no), -1);
    const detected = answers.indexOf(Match.yes);
    assert.ok(detected > 0 && answers.slice(detected).every((match) => match === Match.yes));
    for (let i = 0; i < detected; i++) assert.notEqual(others(bytes.subarray(0, i)), Match.yes);
    assert.equal(others(bytes), Match.no);
  }
});

test('a first record in tiny fragments is detected', () => {
  const content = callBytes({ xid: 1, procedure: Proc.flush });
  for (const lengths of [
    [1, 1, 1, 1],
    [0, 2, 0, 0, 3],
    [10],
    Array.from({ length: 40 }, () => 1),
    [content.length],
  ]) {
    const bytes = fragmented(content, ...lengths);
    assert.equal(gluster(bytes), Match.yes, String(lengths));
    for (let i = 1; i < bytes.length; i++) assert.notEqual(gluster(bytes.subarray(0, i)), Match.no);
  }
});

test('a reply comes first if its call was lost', () => {
  assert.deepEqual([gluster(flushReply(1)), rpc(flushReply(1))], [Match.yes, Match.no]);
  const bytes = childDown(1);
  assert.equal(
    glusterfs.detect(ToClient, bytes, 0, bytes.length, {
      serverPort: 1,
      clientPort: 2,
      ...ADDRESSES,
      fromStart: true,
    }),
    Match.yes,
  );
});

test('other protocols are refused within a few bytes', () => {
  for (const [first, bytes] of [
    ['16030100c8010000c40303', 1], // TLS
    ['474554202f20485454502f312e310d0a', 1], // GET / HTTP/1.1
    ['485454502f312e3120323030204f4b0d0a', 1],
    ['5353482d322e302d4f70656e5353485f39', 1], // SSH-2.0-
    ['73746174757300', 1], // status
    ['ff534d4272', 1],
    ['fe534d4240', 1],
    ['00524551000000010000000000000000', 28], // Gearman: looks like a fragment, with an unknown RPC version
    ['00000054ff534d4272000000001843c8', 20], // SMB over NetBIOS
  ] as const) {
    const all = Buffer.concat([Buffer.from(first, 'hex'), Buffer.alloc(40, 0x20)]);
    for (const detect of [gluster, rpc]) assert.equal(detect(all.subarray(0, bytes)), Match.no, first);
  }
});

test('an invalid header is refused', () => {
  const flush = { xid: 1, procedure: Proc.flush };
  assert.equal(gluster(call({ ...flush, rpcVersion: 3 })), Match.no);
  assert.equal(gluster(call({ ...flush, credential: auth(0, Buffer.alloc(404)) })), Match.no);
  assert.equal(gluster(words(0x80000020, 1, 2, 2, 0, 0, 0, 0, 0)), Match.no);
  assert.equal(gluster(record(words(1, 0, 2))), Match.no);
  assert.equal(gluster(record(Buffer.alloc(0))), Match.no);
  assert.equal(gluster(Buffer.alloc(4096)), Match.no);
});

test('in a midstream pickup a known record at any offset is detected', () => {
  const before = Buffer.from(newRandom(5).bytes(700)).map((byte) => byte & 0x7f);
  const mine = Buffer.concat([before, flushCall(1)]);
  assert.equal(gluster(mine, false), Match.yes);
  assert.equal(rpc(mine, false), Match.no);
  assert.equal(rpc(Buffer.concat([before, nfs]), false), Match.yes);
  assert.equal(gluster(Buffer.concat([before, nfs]), false), Match.no);
  assert.equal(gluster(before, false), Match.no);
  assert.equal(gluster(mine.subarray(0, 710), false), Match.maybe);
  assert.notEqual(gluster(Buffer.alloc(5000, 0x80), false), Match.yes);
});

test('random bytes are not detected', () => {
  const random = newRandom(9);
  for (let i = 0; i < 300; i++) {
    const bytes = random.bytes(1500);
    for (const fromStart of [true, false])
      for (const detect of [gluster, rpc]) assert.notEqual(detect(bytes, fromStart), Match.yes);
  }
});
