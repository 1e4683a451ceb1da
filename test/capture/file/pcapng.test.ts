import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  block,
  interfaceBlock,
  nanosecondsOf,
  option,
  type Packet,
  packetBlock,
  pcapngFile,
  readBytes,
  sectionHeader,
  somePackets,
  u16,
  u32,
} from './helpers.js';

const LITTLE = { little: true };
const BIG = { little: false };

for (const [name, order] of Object.entries({ 'little-endian': LITTLE, 'big-endian': BIG })) {
  test(`pcapng ${name}: packets are read exactly`, async () => {
    const packets = somePackets(100, 1e9, 113);
    const file = pcapngFile(packets, order);
    const { packets: got, result, calls } = await readBytes(file);
    assert.deepEqual(got, packets);
    assert.deepEqual(result, { packets: 100, bytes: file.length, untimed: 0 });
    assert.deepEqual(calls, ['link 113', 'records']);
  });

  test(`pcapng ${name}: packets are read in chunks of any size`, async () => {
    const packets = somePackets(10);
    const skipped = block(0xbad, Buffer.alloc(100, 1), order);
    const file = Buffer.concat([pcapngFile(packets, order), skipped, pcapngFile(packets, order)]);
    for (let chunkSize = 1; chunkSize <= file.length + 1; chunkSize += chunkSize < 64 ? 1 : 17) {
      const { packets: got, result } = await readBytes(file, { chunkSize });
      assert.deepEqual(got, [...packets, ...packets], `chunks of ${chunkSize}`);
      assert.equal(result.problem, undefined);
    }
  });
}

test('each section has its own byte order and interfaces', async () => {
  const packets = somePackets(9);
  const file = Buffer.concat([
    pcapngFile(packets.slice(0, 3), LITTLE),
    pcapngFile(packets.slice(3, 6), BIG),
    pcapngFile(packets.slice(6), LITTLE),
  ]);
  const { packets: got, result } = await readBytes(file);
  assert.deepEqual(got, packets);
  assert.equal(result.problem, undefined);
  const orphan = Buffer.concat([file, sectionHeader(BIG), packetBlock(packets[0]!, 0, 0n, BIG)]);
  const { result: refused } = await readBytes(orphan);
  assert.equal(refused.packets, 9);
  assert.match(refused.problem!.text, /^packet 10 is of interface 0, which is not described, at byte \d+$/);
});

test('interfaces of different link types and resolutions in one section', async () => {
  const shapes = [{ link: 1 }, { link: 276, resolution: 9 }, { link: 113, resolution: 3 }];
  const units = [1000n, 1n, 1_000_000n];
  const packets = somePackets(30).map((packet, index) => {
    const unit = Number(units[index % 3]);
    const nanoseconds = packet.nanoseconds - (packet.nanoseconds % unit);
    return { ...packet, nanoseconds, link: shapes[index % 3]!.link };
  });
  const file = Buffer.concat([
    sectionHeader(LITTLE, 2),
    ...shapes.map((shape) => interfaceBlock(shape, LITTLE)),
    ...packets.map((packet, index) =>
      packetBlock(packet, index % 3, nanosecondsOf(packet) / units[index % 3]!, LITTLE, index % 2 ? 2 : 6),
    ),
  ]);
  const { packets: got, calls } = await readBytes(file);
  assert.deepEqual(got, packets);
  assert.deepEqual(calls.slice(0, 6), ['link 1', 'records', 'link 276', 'records', 'link 113', 'records']);
});

test('time offsets, and times out of range', async () => {
  const packet: Packet = { link: 1, seconds: 0, nanoseconds: 0, wire: 2, data: 'abcd' };
  const at = async (count: bigint, offset: bigint) => {
    const head = [sectionHeader(BIG), interfaceBlock({ resolution: 9, offset }, BIG)];
    const { packets, result } = await readBytes(Buffer.concat([...head, packetBlock(packet, 0, count, BIG)]));
    return [packets[0]!.seconds, packets[0]!.nanoseconds, result.untimed];
  };
  assert.deepEqual(await at(5_000_000_007n, 1_700_000_000n), [1_700_000_005, 7, 0]);
  assert.deepEqual(await at(1_700_000_005_000_000_007n, -1_700_000_000n), [5, 7, 0]);
  assert.deepEqual(await at(5_000_000_007n, -6n), [0, 0, 1]);
  assert.deepEqual(await at(5_000_000_007n, 0xffffffffn), [0, 0, 1]);
  assert.deepEqual(await at(1n, -(2n ** 63n)), [0, 0, 1]);
});

test('simple packet blocks have no time and are cut to the first interface’s snapshot length', async () => {
  const simple = (wire: number, data: Buffer) => block(3, Buffer.concat([u32(wire, LITTLE), data]), LITTLE);
  const file = Buffer.concat([
    sectionHeader(LITTLE),
    interfaceBlock({ link: 1, snapLength: 5 }, LITTLE),
    interfaceBlock({ link: 2 }, LITTLE),
    simple(3, Buffer.from('aabbcc', 'hex')),
    simple(9, Buffer.from('1122334455', 'hex')),
    simple(0, Buffer.alloc(0)),
  ]);
  const { packets, result } = await readBytes(file);
  const none = { link: 1, seconds: 0, nanoseconds: 0 };
  assert.deepEqual(packets, [
    { ...none, wire: 3, data: 'aabbcc' },
    { ...none, wire: 9, data: '1122334455' },
    { ...none, wire: 0, data: '' },
  ]);
  assert.equal(result.untimed, 3);
  const unlimited = Buffer.concat([
    sectionHeader(LITTLE),
    interfaceBlock({}, LITTLE),
    simple(9, Buffer.alloc(9, 1)),
  ]);
  assert.equal((await readBytes(unlimited)).packets[0]!.data, '01'.repeat(9));
  const beyond = await readBytes(Buffer.concat([file, simple(4, Buffer.alloc(0))]));
  assert.equal(beyond.result.packets, 3);
  assert.match(beyond.result.problem!.text, /packet 4 of 4 bytes is longer than its block/);
});

test('other blocks and options are skipped, whatever their length', async () => {
  const [first, second] = somePackets(2);
  const comment = option(1, Buffer.from('hello'), LITTLE);
  const broken = Buffer.concat([u16(1, LITTLE), u16(60000, LITTLE)]);
  const file = Buffer.concat([
    pcapngFile([first!], LITTLE),
    block(4, Buffer.alloc(40, 7), LITTLE),
    block(5, Buffer.alloc(20, 7), LITTLE),
    block(10, Buffer.alloc(40 << 20, 7), LITTLE),
    block(0xbad, Buffer.alloc(0), LITTLE),
    block(0x80000001, Buffer.alloc(3_000_001, 7), LITTLE),
    packetBlock(second!, 0, nanosecondsOf(second!), LITTLE, 6, Buffer.concat([comment, broken])),
  ]);
  const { packets, result } = await readBytes(file);
  assert.deepEqual(packets, [first, second]);
  assert.equal(result.problem, undefined);
});

test('a packet block may have megabytes of options', async () => {
  const [first, second] = somePackets(2);
  const comments = Buffer.concat(
    Array.from({ length: 100 }, () => option(1, Buffer.alloc(65000, 7), LITTLE)),
  );
  const large = packetBlock(second!, 0, nanosecondsOf(second!), LITTLE, 6, comments);
  const file = Buffer.concat([
    pcapngFile([first!], LITTLE),
    large,
    packetBlock(first!, 0, nanosecondsOf(first!), LITTLE),
  ]);
  const { packets, result } = await readBytes(file);
  assert.deepEqual(packets, [first, second, first]);
  assert.equal(result.problem, undefined);
});

const FAULTS: Record<string, [Buffer, RegExp]> = {
  'a length that is no multiple of four': [block(6, Buffer.alloc(20), LITTLE, 33), /impossible length 33/],
  'a length below twelve': [block(6, Buffer.alloc(20), LITTLE, 8), /impossible length 8/],
  'a packet block beyond the limit': [block(6, Buffer.alloc(20), LITTLE, 0x2000000), /33554432 bytes/],
  'two lengths that differ': [
    Buffer.concat([block(6, Buffer.alloc(20), LITTLE).subarray(0, 28), u32(36, LITTLE)]),
    /does not end with the length/,
  ],
  'two lengths that differ, in a skipped block': [
    Buffer.concat([block(99, Buffer.alloc(20), LITTLE).subarray(0, 28), u32(36, LITTLE)]),
    /type 99 does not end with the length that it starts with \(the block starts at byte \d+\)/,
  ],
  'a packet block too short to be one': [block(6, Buffer.alloc(16), LITTLE), /has only 28 bytes/],
  'a packet longer than its block': [
    block(6, Buffer.concat([Buffer.alloc(12), u32(8, LITTLE), u32(8, LITTLE), Buffer.alloc(4)]), LITTLE),
    /packet 3 of 8 bytes is longer than its block/,
  ],
  'the wire length of a mark': [
    block(6, Buffer.concat([Buffer.alloc(16), Buffer.alloc(4, 0xff)]), LITTLE),
    /packet 3 has the impossible length 4294967295/,
  ],
  'an interface block too short to be one': [block(1, Buffer.alloc(4), LITTLE), /has only 16 bytes/],
  'an option longer than its interface block': [
    block(1, Buffer.concat([Buffer.alloc(8), u16(1, LITTLE), u16(5, LITTLE), Buffer.alloc(4)]), LITTLE),
    /option 1 of an interface block is longer/,
  ],
  'a resolution of two bytes': [
    block(1, Buffer.concat([Buffer.alloc(8), option(9, Buffer.alloc(2), LITTLE)]), LITTLE),
    /option 9 of an interface block has 2 bytes/,
  ],
  'a section of another version': [sectionHeader(BIG, 0, 2), /version 2\.0 of the pcapng format/],
  'a section without its magic': [block(0x0a0d0d0a, Buffer.alloc(16), LITTLE), /no byte-order magic/],
};

for (const [name, [bad, text]] of Object.entries(FAULTS)) {
  test(`corrupt: ${name}`, async () => {
    const packets = somePackets(2);
    const before = pcapngFile(packets, LITTLE);
    const file = Buffer.concat([before, bad, pcapngFile(packets, LITTLE)]);
    for (const chunkSize of [undefined, 1, 50]) {
      const { packets: got, result } = await readBytes(file, chunkSize ? { chunkSize } : {});
      assert.deepEqual(got, packets);
      assert.equal(result.problem?.kind, 'corrupt');
      assert.match(result.problem.text, text);
      assert.match(result.problem.text, new RegExp(`, at byte ${result.problem.offset}$`));
      assert.ok(result.problem.offset >= before.length && result.problem.offset < before.length + bad.length);
    }
  });
}

test('a first section that can’t be read is a usage error', async () => {
  await assert.rejects(readBytes(sectionHeader(LITTLE, 0, 3)), {
    name: 'UserError',
    message: /version 3\.0/,
  });
  const strange = block(0x0a0d0d0a, Buffer.alloc(16), LITTLE);
  await assert.rejects(readBytes(strange), { name: 'UserError', message: /no byte-order magic/ });
});

test('truncated at any byte: the whole packets before are delivered, and the offset is reported', async () => {
  for (const order of [LITTLE, BIG]) {
    const packets = somePackets(5);
    const blocks = [
      sectionHeader(order),
      interfaceBlock({ resolution: 9 }, order),
      ...packets.map((packet) => packetBlock(packet, 0, nanosecondsOf(packet), order)),
      block(10, Buffer.alloc(50), order),
    ];
    const file = Buffer.concat(blocks);
    const starts = [0];
    for (const each of blocks) starts.push(starts.at(-1)! + each.length);
    for (let size = 4; size <= file.length; size++) {
      const begins = starts.filter((start) => start <= size).at(-1)!;
      const whole = Math.min(packets.length, Math.max(0, starts.indexOf(begins) - 2));
      for (const chunkSize of [undefined, 7]) {
        const { packets: got, result } = await readBytes(
          file.subarray(0, size),
          chunkSize ? { chunkSize } : {},
        );
        assert.deepEqual(got, packets.slice(0, whole), `cut at ${size}`);
        const problem = result.problem && [result.problem.kind, result.problem.offset];
        assert.deepEqual(problem, size === begins ? undefined : ['truncated', begins], `cut at ${size}`);
      }
    }
  }
});
