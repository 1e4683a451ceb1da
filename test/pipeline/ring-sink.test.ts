/** Capture files that are read into the ring's memory: the ring has exactly the packets of the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCapture } from '../../src/capture/file/read-capture.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { ringSink } from '../../src/pipeline/threads/ring-sink.js';
import { Counter } from '../../src/records/counters.js';
import { MARK_LENGTH, RECORD_HEADER } from '../../src/ring/layout.js';
import { RingReader } from '../../src/ring/reader.js';
import { createRing } from '../../src/ring/ring.js';
import { RingWriter } from '../../src/ring/writer.js';
import {
  LE_NS,
  type Packet,
  type PcapShape,
  pcapFile,
  pcapngFile,
  randomness,
  somePackets,
  temporaryFile,
} from '../capture/file/helpers.js';

const SLOTS = 4;
/** Room for the longest packet and what is read beyond it. */
const SLOT = 512 << 10;

function open(stopped: () => boolean = () => false) {
  const memory = createRing(SLOTS * SLOT, SLOTS, 1);
  const counters = counterRow(createCounters(1), 0);
  const reader = new RingReader(memory, 0);
  const packets: Packet[] = [];
  let link = -1;
  const drain = () => {
    while (reader.next(0)) {
      const view = Buffer.from(memory.data);
      for (let at = reader.start; at < reader.end; ) {
        const captured = view.readUInt32LE(at + 8);
        const wire = view.readUInt32LE(at + 12);
        const data = view.toString('hex', at + RECORD_HEADER, at + RECORD_HEADER + captured);
        const [seconds, nanoseconds] = [view.readUInt32LE(at), view.readUInt32LE(at + 4)];
        if (wire !== MARK_LENGTH) packets.push({ link, seconds, nanoseconds, wire, data });
        else if (seconds === 1) link = nanoseconds;
        at += RECORD_HEADER + captured;
      }
      reader.release(reader.end);
    }
  };
  const sink = ringSink(new RingWriter(memory), counters, stopped);
  const drained = {
    ...sink,
    records(...args: Parameters<typeof sink.records>) {
      sink.records(...args);
      drain();
    },
  };
  return { sink, drained, packets, counters };
}

/** Packets of which some have the maximum length, so that they cross the ends of segments at any offset. */
function longPackets(count: number): Packet[] {
  const random = randomness(7);
  return somePackets(count).map((packet, index) => {
    const size = random(index % 5 === 0 ? 262144 : 3000);
    return { ...packet, wire: size + 4, data: Buffer.alloc(size, index).toString('hex') };
  });
}

const SHAPES: Record<string, PcapShape> = {
  'as the ring has it': LE_NS,
  'of microseconds': { little: true, magic: 0xa1b2c3d4, ticks: 1e6 },
  'in the other order': { little: false, magic: 0xa1b23c4d, ticks: 1e9 },
  'with longer headers': { little: true, magic: 0xa1b2cd34, ticks: 1e6, extra: 8 },
};

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: a file read in pieces of any size is written whole`, async () => {
    const packets = somePackets(40, shape.ticks);
    const path = temporaryFile(pcapFile(packets, shape));
    for (const chunkSize of [1, 2, 7, 23, 24, 25, 100, 1000, undefined]) {
      const { drained, packets: got, counters } = open();
      const { problem } = await readCapture(path, drained, { chunkSize });
      assert.equal(problem, undefined);
      assert.deepEqual(got, packets, `pieces of ${chunkSize}`);
      assert.equal(counters[Counter.captured], packets.length);
      assert.equal(
        counters[Counter.bytes],
        packets.reduce((sum, { data }) => sum + data.length / 2, 0),
      );
    }
  });
}

test('packets of maximum length cross many segments', async () => {
  const packets = longPackets(200);
  for (const chunkSize of [5000, 100_000, undefined]) {
    const { drained, packets: got } = open();
    await readCapture(temporaryFile(pcapFile(packets, LE_NS)), drained, { chunkSize });
    assert.deepEqual(got, packets);
  }
});

test('a file may follow one of another link type or format', async () => {
  const { drained, packets } = open();
  const files = [somePackets(30), somePackets(20), somePackets(10, 1e9, 101), somePackets(5, 1e9, 276)];
  await readCapture(temporaryFile(pcapFile(files[0]!, LE_NS)), drained);
  await readCapture(temporaryFile(pcapFile(files[1]!, LE_NS)), drained);
  await readCapture(temporaryFile(pcapFile(files[2]!, { ...LE_NS, link: 101 })), drained);
  await readCapture(temporaryFile(pcapngFile(files[3]!, LE_NS)), drained);
  assert.deepEqual(packets, files.flat());
});

test('the end of a truncated file is reported', async () => {
  const packets = longPackets(60);
  const file = pcapFile(packets, LE_NS);
  const { drained, packets: got } = open();
  const { problem } = await readCapture(temporaryFile(file.subarray(0, -1)), drained);
  const offset = file.length - RECORD_HEADER - packets[59]!.data.length / 2;
  assert.equal(problem?.text, `ends inside packet 60, which starts at byte ${offset}`);
  assert.deepEqual(got, packets.slice(0, 59));
});

test('a stopped run reads no more of its file while the ring is full', async () => {
  let checks = 0;
  // The ring has no reader: it fills, and the sink checks for a stop while it waits for room.
  const { sink, counters } = open(() => ++checks > 30);
  const packets = longPackets(200);
  const result = await readCapture(temporaryFile(pcapFile(packets, LE_NS)), sink);
  assert.equal(result.problem, undefined);
  assert.equal(counters[Counter.captured], result.packets);
  assert.ok(result.packets > 0 && result.packets < packets.length, `${result.packets} packets`);
});
