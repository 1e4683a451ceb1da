import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/config/user-error.js';
import {
  LE_NS,
  type Packet,
  type PcapShape,
  pcapFile,
  pcapHeader,
  pcapRecord,
  readBytes,
  somePackets,
  u32,
} from './helpers.js';

const SHAPES: Record<string, PcapShape> = {
  'little-endian us': { little: true, magic: 0xa1b2c3d4, ticks: 1e6 },
  'big-endian us': { little: false, magic: 0xa1b2c3d4, ticks: 1e6 },
  'little-endian ns': LE_NS,
  'big-endian ns': { little: false, magic: 0xa1b23c4d, ticks: 1e9 },
  'little-endian Kuznetzov': { little: true, magic: 0xa1b2cd34, ticks: 1e6, extra: 8 },
  'big-endian Kuznetzov': { little: false, magic: 0xa1b2cd34, ticks: 1e6, extra: 8 },
  'version 2.2, lengths swapped': { little: true, magic: 0xa1b2c3d4, ticks: 1e6, minor: 2 },
};

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`pcap ${name}: packets are read exactly`, async () => {
    const packets = somePackets(100, shape.ticks);
    const file = pcapFile(packets, shape);
    const { packets: got, result, calls } = await readBytes(file);
    assert.deepEqual(got, packets);
    assert.deepEqual(result, { packets: 100, bytes: file.length, untimed: 0 });
    assert.deepEqual(calls, ['link 1', 'records']);
  });

  test(`pcap ${name}: packets are read in chunks of any size`, async () => {
    const packets = somePackets(12, shape.ticks);
    const file = pcapFile(packets, shape);
    for (let chunkSize = 1; chunkSize <= file.length + 1; chunkSize += chunkSize < 64 ? 1 : 13) {
      const { packets: got, result } = await readBytes(file, { chunkSize });
      assert.deepEqual(got, packets, `chunks of ${chunkSize}`);
      assert.equal(result.problem, undefined);
    }
  });
}

test('version 2.3: lengths are swapped only if the captured one would be the larger', async () => {
  const shape = { ...LE_NS, minor: 3 };
  const packet: Packet = { link: 1, seconds: 1, nanoseconds: 2, wire: 90, data: 'aabb' };
  const other = { ...packet, data: 'ccddee' };
  const words = [u32(1, shape), u32(2, shape), u32(90, shape), u32(3, shape)];
  const swapped = Buffer.concat([...words, Buffer.from('ccddee', 'hex')]);
  const { packets } = await readBytes(Buffer.concat([pcapHeader(shape), pcapRecord(packet, shape), swapped]));
  assert.deepEqual(packets, [packet, other]);
});

test('the upper half of the link type is ignored', async () => {
  const { packets } = await readBytes(pcapFile(somePackets(1), { ...LE_NS, link: 0x54000114 }));
  assert.equal(packets[0]!.link, 0x114);
});

test('a fraction of a second or more is carried into the seconds', async () => {
  const shape = SHAPES['big-endian us']!;
  for (const [fraction, seconds, nanoseconds] of [
    [2_500_000, 3, 500_000_000],
    [0xffffffff, 4295, 967_295_000],
  ]) {
    const record = Buffer.concat([u32(1, shape), u32(fraction!, shape), u32(0, shape), u32(0, shape)]);
    const { packets } = await readBytes(Buffer.concat([pcapHeader(shape), record]));
    assert.deepEqual([packets[0]!.seconds, packets[0]!.nanoseconds], [seconds, nanoseconds]);
  }
  const late = Buffer.concat([u32(0xffffffff, LE_NS), u32(1e9, LE_NS), u32(0, LE_NS), u32(0, LE_NS)]);
  const { packets, result } = await readBytes(Buffer.concat([pcapHeader(LE_NS), late]));
  assert.deepEqual([packets[0]!.seconds, packets[0]!.nanoseconds, result.untimed], [0, 0, 1]);
});

test('a wire length below the captured length is raised', async () => {
  const packet = { link: 1, seconds: 1, nanoseconds: 2, wire: 1, data: 'aabbcc' };
  const { packets } = await readBytes(pcapFile([packet], LE_NS));
  assert.deepEqual(packets, [{ ...packet, wire: 3 }]);
});

test('the longest packet is read, and one byte more is refused', async () => {
  const large = { link: 1, seconds: 1, nanoseconds: 2, wire: 262144, data: 'ab'.repeat(262144) };
  const fine = await readBytes(pcapFile([large, large, ...somePackets(3)], LE_NS), { chunkSize: 100_000 });
  assert.equal(fine.result.packets, 5);
  assert.equal(fine.result.problem, undefined);
  const larger = { ...large, wire: 262145, data: 'ab'.repeat(262145) };
  const { packets, result } = await readBytes(pcapFile([...somePackets(3), larger], LE_NS));
  assert.equal(packets.length, 3);
  const offset = pcapFile(somePackets(3), LE_NS).length;
  assert.deepEqual(result.problem, {
    kind: 'corrupt',
    text: `packet 4 has 262145 captured bytes, the maximum is 262144, at byte ${offset}`,
    offset,
  });
});

test('the wire length of a ring mark is refused', async () => {
  const packets = somePackets(2);
  const mark = { ...packets[0]!, wire: 0xffffffff };
  const { packets: got, result } = await readBytes(pcapFile([...packets, mark, packets[0]!], LE_NS));
  assert.deepEqual(got, packets);
  assert.equal(result.problem?.kind, 'corrupt');
  assert.match(result.problem.text, /^packet 3 has the impossible length 4294967295, at byte \d+$/);
});

test('truncated at any byte: the whole records before are delivered, and the offset is reported', async () => {
  for (const shape of [LE_NS, SHAPES['big-endian us']!, SHAPES['little-endian Kuznetzov']!]) {
    const packets = somePackets(6, shape.ticks);
    const file = pcapFile(packets, shape);
    const ends = packets.map((_, index) => pcapFile(packets.slice(0, index + 1), shape).length);
    for (let size = 4; size < file.length; size++) {
      const whole = ends.filter((end) => end <= size).length;
      const begins = size < 24 ? 0 : (ends[whole - 1] ?? 24);
      for (const chunkSize of [undefined, 7]) {
        const { packets: got, result } = await readBytes(
          file.subarray(0, size),
          chunkSize ? { chunkSize } : {},
        );
        assert.deepEqual(got, packets.slice(0, whole), `cut at ${size}`);
        assert.equal(result.packets, whole);
        if (size >= 24 && size === begins) assert.equal(result.problem, undefined);
        else {
          const what = size < 24 ? 'the file header' : `packet ${whole + 1}`;
          const text = `ends inside ${what}, which starts at byte ${begins}`;
          assert.deepEqual(result.problem, { kind: 'truncated', text, offset: begins });
        }
      }
    }
    for (const size of [1, 2, 3]) await assert.rejects(readBytes(file.subarray(0, size)), UserError);
  }
});

test('another version is refused', async () => {
  const file = pcapFile(somePackets(1), LE_NS);
  file.writeUInt16LE(3, 4);
  await assert.rejects(readBytes(file), { name: 'UserError', message: /version 3\.4 of the pcap format/ });
});
