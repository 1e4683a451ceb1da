import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { LE_NS, pcapFile, pcapngFile, randomness, readBytes, somePackets } from './helpers.js';

const PACKETS = somePackets(15);
const PCAP = pcapFile(PACKETS, LE_NS);

/** The gzip header with everything that RFC 1952 allows in it. */
function adorned(content: Buffer): Buffer {
  const extra = Buffer.from([4, 0, 1, 2, 3, 4]);
  const text = Buffer.from('name\0comment\0');
  const head = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 3]),
    extra,
    text,
    Buffer.alloc(2),
  ]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(content), 0);
  tail.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, deflateRawSync(content), tail]);
}

const WHOLE: Record<string, Buffer> = {
  'one member': gzipSync(PCAP),
  'not compressed': gzipSync(PCAP, { level: 0 }),
  'two members': Buffer.concat([gzipSync(PCAP.subarray(0, 333)), gzipSync(PCAP.subarray(333))]),
  'an empty member first': Buffer.concat([gzipSync(Buffer.alloc(0)), gzipSync(PCAP)]),
  'a member of every byte': Buffer.concat(Array.from(PCAP, (byte) => gzipSync(Buffer.from([byte])))),
  'zeros behind': Buffer.concat([gzipSync(PCAP), Buffer.alloc(1000)]),
  'zeros between': Buffer.concat([
    gzipSync(PCAP.subarray(0, 50)),
    Buffer.alloc(9),
    gzipSync(PCAP.subarray(50)),
  ]),
  'every header field': adorned(PCAP),
};

for (const [name, file] of Object.entries(WHOLE)) {
  test(`gzip: ${name}`, async () => {
    const { packets, result } = await readBytes(file);
    assert.deepEqual(packets, PACKETS);
    assert.deepEqual(result, { packets: PACKETS.length, bytes: file.length, untimed: 0 });
  });
}

test('a gzipped pcapng, megabytes of it, in odd chunks', async () => {
  const packets = somePackets(60_000);
  const file = gzipSync(pcapngFile(packets, { little: false }), { level: 1 });
  const { packets: got, result } = await readBytes(file, { chunkSize: 77_777 });
  assert.equal(result.problem, undefined);
  assert.deepEqual(got, packets);
});

test('bytes that are not gzip behind it: everything is delivered first', async () => {
  const file = gzipSync(PCAP);
  for (const rest of ['garbage', '\x1f', '\x1f\x8b', '\x1f\x8c', '\x1f\x8b\x07aaaaaaaaaaaaa', '\0\0x']) {
    const { packets, result } = await readBytes(Buffer.concat([file, Buffer.from(rest, 'latin1')]));
    assert.deepEqual(packets, PACKETS);
    assert.equal(result.problem?.kind, rest.length < 3 && rest[1] !== '\x8c' ? 'truncated' : 'corrupt', rest);
    assert.ok(result.problem.offset >= file.length);
  }
});

test('a checksum that does not match is told', async () => {
  for (const place of [-1, -5]) {
    const file = gzipSync(PCAP);
    file[file.length + place]! ^= 1;
    const { packets, result } = await readBytes(file);
    assert.deepEqual(packets, PACKETS);
    assert.deepEqual(result.problem, {
      kind: 'corrupt',
      text: `the gzip checksum does not match, at byte ${file.length}`,
      offset: file.length,
    });
  }
});

test('cut at every byte: what could be inflated is delivered', async () => {
  const stored = gzipSync(PCAP, { level: 0 });
  const header = stored.indexOf(PCAP.subarray(0, 24));
  const ends = PACKETS.map((_, index) => pcapFile(PACKETS.slice(0, index + 1), LE_NS).length);
  for (let size = 2; size < stored.length; size++) {
    const { packets, result } = await readBytes(stored.subarray(0, size));
    const whole = ends.filter((end) => end <= size - header).length;
    assert.deepEqual(packets, PACKETS.slice(0, whole), `cut at ${size}`);
    const text = `the gzip data ends too early, at byte ${size}`;
    assert.deepEqual(result.problem, { kind: 'truncated', text, offset: size });
  }
});

test('cut inside a packet before it was compressed: the place is that in the decompressed data', async () => {
  const { result } = await readBytes(gzipSync(PCAP.subarray(0, 30)));
  const text = 'ends inside packet 1, which begins at byte 24 of the decompressed data';
  assert.deepEqual(result.problem, { kind: 'truncated', text, offset: 24 });
});

test('data that does not inflate: what came well before it is delivered', async () => {
  const random = randomness(7);
  const packets = Array.from({ length: 3000 }, (_, index) => ({
    ...somePackets(1)[0]!,
    seconds: index,
    wire: 200,
    data: Buffer.from(Array.from({ length: 200 }, () => random(16))).toString('hex'),
  }));
  const file = gzipSync(pcapFile(packets, LE_NS));
  file.fill(0xff, file.length - 1000, file.length - 500);
  const { packets: got, result } = await readBytes(file);
  assert.equal(result.problem?.kind, 'corrupt');
  assert.ok(got.length > packets.length * 0.7, `${got.length}`);
  assert.deepEqual(got.slice(0, 2000), packets.slice(0, 2000));
});

test('gzip around no capture', async () => {
  const refused = (file: Buffer, message: RegExp) =>
    assert.rejects(readBytes(file), { name: 'UserError', message });
  await refused(gzipSync(Buffer.alloc(0)), /\(decompressed\) is empty$/);
  await refused(
    gzipSync('hello, world'),
    /\(decompressed\) is not a capture file: it begins with 68 65 6c 6c/,
  );
  await refused(gzipSync(gzipSync(PCAP)), /is gzipped twice: decompress it first/);
  await refused(Buffer.from('1f8b07aabbccdd', 'hex'), /can't be read: the gzip header makes no sense/);
  await refused(Buffer.from(`1f8b0800${'00'.repeat(6)}ffffff`, 'hex'), /can't be read: the gzip data makes/);
});
