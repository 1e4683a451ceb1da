/** A brick that one decoder discovers, from a reply of the port mapper, is known to all decoders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { newDecoderData } from '../../src/pipeline/threads/decoder-data.js';
import { DecoderPool } from '../../src/pipeline/threads/decoder-pool.js';
import { createControl } from '../../src/pipeline/threads/messages.js';
import { createRecordCounters } from '../../src/pipeline/threads/observer.js';
import { Counter } from '../../src/records/counters.js';
import { Mark } from '../../src/ring/layout.js';
import { createRing } from '../../src/ring/ring.js';
import { RingWriter } from '../../src/ring/writer.js';
import { asRecords, type Packet, readPackets } from '../faults/packets.js';
import { readArguments } from '../helpers/read-in-process.js';
import { type Line, linesOf, until } from '../helpers/wiretail.js';

/** Bricks by endpoint, from the three replies of PORTBYBRICK at the start of the capture. */
const BRICKS: Readonly<Record<string, string>> = {
  '10.77.0.1:56925': '/bricks/r1',
  '10.77.0.2:52781': '/bricks/r2',
  '10.77.0.3:60944': '/bricks/r3',
};
/** A packet number after the start of every connection. */
const MIDSTREAM = 200;
/** Generous: threads start slowly on an overloaded machine. */
const START_MS = 60000;

function isOfBrick({ connection }: Packet): boolean {
  return Object.keys(BRICKS).some((end) => connection.endsWith(`>${end}`));
}

/** Decoder threads, and the lines that they write. */
async function startThreads(workers: number, linkType: number) {
  const config = await readArguments(['--workers', `${workers}`, 'none']);
  const shared = {
    ring: createRing(config.ringBytes, config.ringSlots, workers),
    counters: createCounters(workers + 1),
    control: createControl(workers),
    recordCounters: createRecordCounters(workers),
  };
  const ring = new RingWriter(shared.ring);
  ring.writeMark(Mark.link, linkType);
  let text = '';
  const fail = (decoder: number, reason: string) => assert.fail(`decoder ${decoder} died: ${reason}`);
  const decoders = new DecoderPool(newDecoderData(config, shared, undefined), {
    onLines(_decoder, bytes) {
      text += Buffer.from(bytes).toString();
    },
    onActions() {},
    onDeath: fail,
    onCrashLoop: fail,
  });
  const rows = Array.from({ length: workers }, (_, decoder) => counterRow(shared.counters, decoder + 1));
  return {
    lines: (): readonly Line[] => linesOf(text),
    send(packets: readonly Packet[]) {
      const records = asRecords(packets);
      assert.equal(
        ring.copyRecords(records, 0, records.length),
        records.length,
        'the ring has room for them',
      );
    },
    /** Each decoder has received its messages: it polls them between two heartbeats. */
    async receivedMessages() {
      for (let round = 0; round < 2; round++) {
        const before = rows.map((row) => row[Counter.heartbeat]);
        const beats = () => rows.every((row, decoder) => row[Counter.heartbeat] > before[decoder]);
        await until(beats, () => 'a decoder makes no progress', START_MS);
      }
    },
    async end() {
      ring.finish();
      await decoders.done;
      decoders.terminate();
    },
  };
}

for (const workers of [2, 4]) {
  test(`a midstream pickup has the brick that the port mapper reported to another of ${workers} decoders`, async () => {
    const { linkType, packets } = await readPackets('g-fops-all');
    const mapper = packets.filter(
      (packet) => packet.connection.endsWith(':24007') && packet.number < MIDSTREAM,
    );
    const late = packets.filter((packet) => isOfBrick(packet) && packet.number >= MIDSTREAM).slice(0, 60);
    const threads = await startThreads(workers, linkType);
    threads.send(mapper);
    const isMapped = () => threads.lines().filter(({ event }) => event.action === 'PORTBYBRICK').length === 3;
    await until(isMapped, () => `no reply of the port mapper: ${threads.lines().length} lines`, START_MS);
    await threads.receivedMessages();
    threads.send(late);
    await threads.end();
    const fops = threads.lines().filter(({ event }) => event.dataset === 'gluster.fop');
    const seen = new Set<string>();
    for (const { destination, gluster } of fops) {
      const { ip, port } = destination as { ip: string; port: number };
      const { brick } = gluster as { brick?: string };
      assert.equal(brick, BRICKS[`${ip}:${port}`]);
      seen.add(`${brick}`);
    }
    assert.deepEqual([...seen].sort(), Object.values(BRICKS));
  });
}
