/**
 * The wall clock is set while packets come. What is decoded is the same as if it had not been, to the nanosecond, except
 * that lines have their packets' wall-clock time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveClock } from '../../src/clock/live-clock.js';
import { newTextLines } from '../../src/lines/text-lines.js';
import type { Clocks } from '../../src/observe/clocks.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { type DecodeOptions, PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { MARK_LENGTH, Mark, RECORD_HEADER, WATERMARK_UNIT_MS } from '../../src/ring/layout.js';
import { DEFAULT_LIMITS } from '../../src/stream/limits.js';
import { asRecords, type Packet, readPackets } from '../faults/packets.js';
import { PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';

const OPTIONS: DecodeOptions = {
  shard: 0,
  shards: 1,
  ...PROTOCOL_OPTIONS,
  select: SELECT_ALL,
  // So short that some are reported, on both sides of the step.
  callTimeout: 100,
  stuck: 200,
  maxLine: 16384,
  snaplen: 262144,
  tunnels: 0,
  limits: DEFAULT_LIMITS,
  numbered: false,
};

/** The kernel delivers packets in batches: a batch may have packets from before and from after the step. */
const BATCH_MS = 20;
const HOUR = 3600;
/** The monotonic clock starts long before the first packet. */
const UPTIME_MS = 12345;

interface Step {
  /** Index of the first packet with the new wall-clock time. */
  readonly at: number;
  readonly seconds: number;
}

const millisecondsOf = ({ seconds, nanoseconds }: Packet) => seconds * 1000 + nanoseconds / 1e6;

function watermarkRecord(milliseconds: number): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER);
  const view = new DataView(record.buffer);
  for (const [i, word] of [
    Mark.watermark,
    Math.floor(milliseconds / WATERMARK_UNIT_MS),
    0,
    MARK_LENGTH,
  ].entries()) {
    view.setUint32(i * 4, word, true);
  }
  return record;
}

/** Decodes packets as a live capture gets them, while the clock is set. @returns the lines */
function decodeLive(linkType: number, packets: readonly Packet[], steps: readonly Step[]): string[] {
  const counters = counterRow(createCounters(1), 0);
  const lines: string[] = [];
  const begin = Math.floor(millisecondsOf(packets[0]));
  let now: Clocks = { wall: begin, steady: UPTIME_MS, isConsistent: true };
  const clock = new LiveClock(() => now);
  const decoder = new PacketDecoder(OPTIONS, {
    counters,
    checkpoint: Float64Array.of(linkType, 0),
    lines: newTextLines((line) => lines.push(line)),
    clock,
  });
  const ahead = (index: number) =>
    steps.reduce((sum, { at, seconds }) => sum + (index >= at ? seconds : 0), 0);
  const decodeRecords = (records: Uint8Array) => decoder.decodeRecords(records, 0, records.length, () => {});
  let lastWatermark = 0;
  for (let from = 0; from < packets.length; ) {
    let to = from;
    const end = millisecondsOf(packets[from]) + BATCH_MS;
    while (to < packets.length && millisecondsOf(packets[to]) < end) to++;
    const steady = Math.ceil(Math.max(end - begin + UPTIME_MS, now.steady));
    now = { wall: steady - UPTIME_MS + begin + ahead(to - 1) * 1000, steady, isConsistent: true };
    decodeRecords(
      asRecords(
        packets
          .slice(from, to)
          .map((packet, i) => ({ ...packet, seconds: packet.seconds + ahead(from + i) })),
      ),
    );
    if (steady - lastWatermark >= 250) {
      lastWatermark = steady;
      decodeRecords(watermarkRecord(steady - BATCH_MS));
    }
    from = to;
  }
  decoder.end();
  return lines;
}

const TIME = /"(@timestamp|since)":"([^"]*)"/g;

/** Shifts the times of a line from `from` on. */
function shiftTimes(text: string, from: string, seconds: number): string {
  return text.replace(TIME, (all, name: string, time: string) => {
    if (time < from) return all;
    const moved = new Date(Date.parse(`${time.slice(0, 19)}Z`) + seconds * 1000).toISOString().slice(0, 19);
    return `"${name}":"${moved}${time.slice(19)}"`;
  });
}

function assertSameLines(lines: readonly string[], expected: readonly string[], what: string): void {
  for (const [i, line] of lines.entries()) {
    // A job that is due at a wall-clock time is due sooner or later.
    if (!line.includes('"epoch":')) assert.equal(line, expected[i], what);
  }
  assert.equal(lines.length, expected.length, what);
}

const textOf = ({ seconds, nanoseconds }: Packet) =>
  `${new Date(seconds * 1000).toISOString().slice(0, 20)}${String(nanoseconds).padStart(9, '0')}Z`;

for (const name of ['gm-basic', 'gm-all', 'g-fops-all']) {
  test(`${name}: setting the clock back or forward changes nothing but wall-clock times`, async () => {
    const { linkType, packets } = await readPackets(name);
    const plain = decodeLive(linkType, packets, []);
    assert.ok(plain.length > 50);
    const at = Math.floor(packets.length / 2);
    // Times do not repeat within a capture, so a time identifies the packet of the step.
    const from = textOf(packets[at]);
    for (const seconds of [-HOUR, HOUR, -86400 * 365, 2]) {
      const expected = plain.map((line) => shiftTimes(line, from, seconds));
      assertSameLines(decodeLive(linkType, packets, [{ at, seconds }]), expected, `${seconds} s`);
    }
  });
}

test('the clock may be set repeatedly', async () => {
  const { linkType, packets } = await readPackets('g-fops-all');
  const third = Math.floor(packets.length / 3);
  const steps = [
    { at: third, seconds: -HOUR },
    { at: 2 * third, seconds: HOUR + 1 },
  ];
  let expected = decodeLive(linkType, packets, []);
  expected = expected.map((line) => shiftTimes(line, textOf(packets[2 * third]), HOUR + 1));
  const first = textOf(packets[third]);
  expected = expected.map((line) => shiftTimes(line, first, -HOUR));
  assertSameLines(decodeLive(linkType, packets, steps), expected, 'twice');
});

test('in a file captured while the clock was set back, lines keep their times, no duration is negative, and timeouts are reported', async () => {
  const { linkType, packets: all } = await readPackets('g-fops-all');
  // A connection whose last packet is a call, just before the step.
  const call = all.findIndex(({ toServer, payload }, i) => i > all.length / 2 && toServer && payload > 100);
  const { connection } = all[call];
  const packets = all.filter((packet, i) => i <= call || packet.connection !== connection);
  const stepped = packets.map((packet, i) =>
    i <= call ? packet : { ...packet, seconds: packet.seconds - HOUR },
  );
  const lines: string[] = [];
  const decoder = new PacketDecoder(
    { ...OPTIONS, numbered: true },
    {
      counters: counterRow(createCounters(1), 0),
      checkpoint: Float64Array.of(linkType, 0),
      lines: newTextLines((line) => lines.push(line)),
    },
  );
  const records = asRecords(stepped);
  decoder.decodeRecords(records, 0, records.length, () => {});
  const callTime = textOf(all[call]);
  assert.ok(
    lines.some((line) => line.includes(callTime) && line.includes('-> no reply for')),
    'the timeout is not reported',
  );
  const packetTimes = new Set(stepped.map(textOf));
  for (const line of lines) {
    const { '@timestamp': time, event } = JSON.parse(line) as {
      '@timestamp': string;
      event: { duration?: number };
    };
    assert.ok(packetTimes.has(time), line);
    assert.ok(event.duration === undefined || event.duration >= 0, line);
  }
  const hour = textOf(stepped[call + 1]).slice(0, 13);
  assert.ok(lines.some((line) => line.includes(`"@timestamp":"${hour}`)));
});
