import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { LE_NS, pcapFile, pcapngFile, randomness, readBytes, somePackets } from './helpers.js';

const PACKETS = somePackets(15);
const PCAP = pcapFile(PACKETS, LE_NS);

/** A member whose header has every optional field of RFC 1952. */
function withEveryField(content: Buffer): Buffer {
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
  'one member for each byte': Buffer.concat(Array.from(PCAP, (byte) => gzipSync(Buffer.from([byte])))),
  'zeros after the last member': Buffer.concat([gzipSync(PCAP), Buffer.alloc(1000)]),
  'zeros between two members': Buffer.concat([
    gzipSync(PCAP.subarray(0, 50)),
    Buffer.alloc(9),
    gzipSync(PCAP.subarray(50)),
  ]),
  'every header field': withEveryField(PCAP),
};

for (const [name, file] of Object.entries(WHOLE)) {
  test(`gzip: ${name}`, async () => {
    const { packets, result } = await readBytes(file);
    assert.deepEqual(packets, PACKETS);
    assert.deepEqual(result, { packets: PACKETS.length, bytes: file.length, untimed: 0 });
  });
}

test('a large gzipped pcapng file, in chunks of odd size', async () => {
  const packets = somePackets(60_000);
  const file = gzipSync(pcapngFile(packets, { little: false }), { level: 1 });
  const { packets: got, result } = await readBytes(file, { chunkSize: 77_777 });
  assert.equal(result.problem, undefined);
  assert.deepEqual(got, packets);
});

test('with trailing bytes that are not gzip, everything before them is delivered', async () => {
  const file = gzipSync(PCAP);
  for (const trailing of ['garbage', '\x1f', '\x1f\x8b', '\x1f\x8c', '\x1f\x8b\x07aaaaaaaaaaaaa', '\0\0x']) {
    const { packets, result } = await readBytes(Buffer.concat([file, Buffer.from(trailing, 'latin1')]));
    assert.deepEqual(packets, PACKETS);
    assert.equal(
      result.problem?.kind,
      trailing.length < 3 && trailing[1] !== '\x8c' ? 'truncated' : 'corrupt',
      trailing,
    );
    assert.ok(result.problem.offset >= file.length);
  }
});

test('a checksum mismatch is reported', async () => {
  for (const offset of [-1, -5]) {
    const file = gzipSync(PCAP);
    file[file.length + offset]! ^= 1;
    const { packets, result } = await readBytes(file);
    assert.deepEqual(packets, PACKETS);
    assert.deepEqual(result.problem, {
      kind: 'corrupt',
      text: `the gzip checksum does not match, at byte ${file.length}`,
      offset: file.length,
    });
  }
});

test('truncated at any byte, the packets before are delivered', async () => {
  const stored = gzipSync(PCAP, { level: 0 });
  const header = stored.indexOf(PCAP.subarray(0, 24));
  const ends = PACKETS.map((_, index) => pcapFile(PACKETS.slice(0, index + 1), LE_NS).length);
  for (let size = 2; size < stored.length; size++) {
    const { packets, result } = await readBytes(stored.subarray(0, size));
    const whole = ends.filter((end) => end <= size - header).length;
    assert.deepEqual(packets, PACKETS.slice(0, whole), `cut at ${size}`);
    const text = `the gzip data is truncated at byte ${size}`;
    assert.deepEqual(result.problem, { kind: 'truncated', text, offset: size });
  }
});

test('a packet truncated before compression is reported by its offset in the decompressed data', async () => {
  const { result } = await readBytes(gzipSync(PCAP.subarray(0, 30)));
  const text = 'ends inside packet 1, which starts at byte 24 of the decompressed data';
  assert.deepEqual(result.problem, { kind: 'truncated', text, offset: 24 });
});

test('invalid deflate data: the packets well before it are delivered', async () => {
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

test('gzip data that holds no capture is refused', async () => {
  const refused = (file: Buffer, message: RegExp) =>
    assert.rejects(readBytes(file), { name: 'UserError', message });
  await refused(gzipSync(Buffer.alloc(0)), /\(decompressed\) is empty$/);
  await refused(
    gzipSync('hello, world'),
    /\(decompressed\) is not a capture file: it starts with 68 65 6c 6c/,
  );
  await refused(gzipSync(gzipSync(PCAP)), /is gzipped twice: decompress it first/);
  await refused(Buffer.from('1f8b07aabbccdd', 'hex'), /can't be read: the gzip header is invalid/);
  await refused(
    Buffer.from(`1f8b0800${'00'.repeat(6)}ffffff`, 'hex'),
    /can't be read: the gzip data is invalid/,
  );
});
