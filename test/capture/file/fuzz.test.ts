import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { chunkSource } from '../../../src/capture/file/byte-source.js';
import { PcapngParser } from '../../../src/capture/file/pcapng.js';
import { readAll } from '../../../src/capture/file/read-loop.js';
import { UserError } from '../../../src/config/user-error.js';
import { MARK_LENGTH, MAX_PACKET, RECORD_HEADER } from '../../../src/ring/layout.js';
import {
  block,
  collector,
  interfaceBlock,
  LE_NS,
  pcapFile,
  pcapngFile,
  randomness,
  readBytes,
  sectionHeader,
  somePackets,
} from './helpers.js';

const LITTLE = { little: true };
const PACKETS = somePackets(12);

const SEEDS: Record<string, Buffer> = {
  pcap: pcapFile(PACKETS, LE_NS),
  'pcap us': pcapFile(somePackets(12, 1e6), { little: false, magic: 0xa1b2c3d4, ticks: 1e6 }),
  kuznetzov: pcapFile(somePackets(12, 1e6), { little: true, magic: 0xa1b2cd34, ticks: 1e6, extra: 8 }),
  pcapng: Buffer.concat([
    pcapngFile(PACKETS, LITTLE),
    block(3, Buffer.alloc(20, 4), LITTLE),
    block(10, Buffer.alloc(30), LITTLE),
    interfaceBlock({ link: 113, resolution: 6, offset: 5n, name: 'eth1' }, LITTLE),
    pcapngFile(PACKETS, { little: false }),
  ]),
  gzip: gzipSync(pcapFile(PACKETS, LE_NS)),
  'two gzips': Buffer.concat([gzipSync(pcapngFile(PACKETS, LITTLE)), gzipSync(pcapngFile(PACKETS, LITTLE))]),
};

/** Edge values of lengths and counts. */
const EDGES = [
  0,
  1,
  3,
  4,
  11,
  12,
  0x7fffffff,
  0x80000000,
  0xfffffff0,
  0xfffffffc,
  0xffffffff,
  MAX_PACKET + 1,
];

function mutate(seed: Buffer, random: (limit: number) => number): Buffer {
  let file = Buffer.from(seed);
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(file.length);
    const kind = random(6);
    if (kind === 0) file[at] = random(256);
    if (kind === 1) file[at]! ^= 1 << random(8);
    if (kind === 2 && at + 4 <= file.length) file.writeUInt32LE(EDGES[random(EDGES.length)]!, at);
    if (kind === 3 && at + 4 <= file.length) file.writeUInt32BE(EDGES[random(EDGES.length)]!, at);
    if (kind === 4) file = file.subarray(0, Math.max(1, at));
    if (kind === 5) file = Buffer.concat([file.subarray(0, at), file.subarray(random(file.length))]);
    if (file.length === 0) return seed;
  }
  return file;
}

/** Reads the file, which may fail with a UserError only. The collector checks each run. @returns the packets read */
async function countPackets(file: Buffer, chunkSize: number): Promise<number> {
  try {
    const { packets, result } = await readBytes(file, { chunkSize });
    assert.equal(packets.length, result.packets);
    for (const { wire, data, nanoseconds } of packets) {
      assert.ok(data.length / 2 <= wire && data.length / 2 <= MAX_PACKET && wire < MARK_LENGTH);
      assert.ok(nanoseconds < 1e9);
    }
    return packets.length;
  } catch (error) {
    assert.ok(error instanceof UserError, `${error instanceof Error ? error.stack : error}`);
    return 0;
  }
}

for (const [name, seed] of Object.entries(SEEDS)) {
  test(`any mutation of a ${name} file is read or refused`, async () => {
    const random = randomness(seed.length);
    let packets = 0;
    for (let round = 0; round < 400; round++)
      packets += await countPackets(mutate(seed, random), 1 + random(2000));
    assert.ok(packets > 400, `too few packets are left to read: ${packets}`);
  });
}

test('random bytes after a valid header are read or refused', async () => {
  const random = randomness(99);
  const heads = [LE_NS, { ...LE_NS, little: false }].map((shape) => pcapFile([], shape));
  heads.push(
    pcapngFile([], LITTLE),
    pcapngFile([], { little: false }),
    Buffer.from('1f8b08000000000000ff', 'hex'),
  );
  heads.push(Buffer.alloc(0));
  for (let round = 0; round < 600; round++) {
    // Every other round has small values, which make plausible lengths.
    const most = round % 2 ? 256 : 5;
    const rest = Buffer.from(Array.from({ length: random(600) }, () => random(most)));
    await countPackets(Buffer.concat([heads[round % heads.length]!, rest]), 1 + random(300));
  }
});

test('memory is bounded by the bytes that have arrived, not by a claimed length', async () => {
  // A packet block that claims 16 MiB, and an endless series of interface blocks.
  const claim = block(6, Buffer.alloc(20), LITTLE, 16 * 1024 * 1024).subarray(0, 40);
  const peak = async (parts: Iterable<Buffer>) => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const source = chunkSource(
      (async function* () {
        for (const part of parts) {
          yield part;
          most = Math.max(most, process.memoryUsage().arrayBuffers - before);
        }
      })(),
      () => undefined,
    );
    const target = { sink: collector(), name: 'x', gzip: false };
    const result = await readAll(
      { ...source, close: async () => undefined },
      (output) => new PcapngParser(output),
      target,
      {
        chunkSize: 65536,
      },
    );
    return { most, problem: result.problem };
  };
  const small = await peak([sectionHeader(LITTLE), claim]);
  assert.ok(small.most < 2 * 1024 * 1024, `${small.most}`);
  assert.equal(small.problem?.kind, 'truncated');

  const interfaces = Buffer.concat(Array.from({ length: 1000 }, () => interfaceBlock({ name: 'x' }, LITTLE)));
  const endless = await peak([sectionHeader(LITTLE), ...Array.from({ length: 100 }, () => interfaces)]);
  assert.match(endless.problem!.text, /more than 65536 interfaces/);
});

test('a gzip bomb is inflated in slices of bounded size', async () => {
  const packet = { ...PACKETS[0]!, wire: 200_000, data: '00'.repeat(200_000) };
  const record = pcapFile([packet], LE_NS).subarray(24);
  const file = gzipSync(Buffer.concat([pcapFile([], LE_NS), ...Array.from({ length: 250 }, () => record)]));
  let most = 0;
  let bytes = 0;
  const before = process.memoryUsage().arrayBuffers;
  const { result } = await readBytes(file, {
    onProgress() {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      bytes++;
    },
  });
  assert.ok(bytes > 0 && RECORD_HEADER > 0);
  assert.equal(result.packets, 250);
  assert.ok(most < 80 * 1024 * 1024, `${most}`);
});
