import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pacedSink } from '../../../src/capture/file/paced-sink.js';
import { collector, LE_NS, type Packet, pcapFile } from './helpers.js';

const FIRST = 1_700_000_000;

/** Packets at these seconds after the first. */
function packetsAt(...offsets: number[]): { packets: Packet[]; bytes: Buffer } {
  const packets = offsets.map((offset) => {
    const [seconds, nanoseconds] = [Math.floor(offset), Math.round((offset % 1) * 1e9)];
    return { link: 1, seconds: FIRST + seconds, nanoseconds, wire: 3, data: 'aabbcc' };
  });
  return { packets, bytes: pcapFile(packets, LE_NS).subarray(24) };
}

/** A sink with a clock that advances only in sleep(), and that records the time of each packet. */
function paced(stopAt = Number.POSITIVE_INFINITY) {
  let time = 5000;
  const sleeps: number[] = [];
  const times: number[] = [];
  const inner = collector(() => time >= stopAt);
  const records = inner.records;
  inner.records = (bytes, start, end, count) => {
    records(bytes, start, end, count);
    for (let index = 0; index < count; index++) times.push(time - 5000);
  };
  const sink = pacedSink(inner, {
    now: () => time,
    sleep(milliseconds) {
      sleeps.push(milliseconds);
      time += milliseconds;
    },
  });
  sink.link(1);
  return { sink, inner, sleeps, times };
}

test('the first packet passes at once, the others at their distance from it', () => {
  const { packets, bytes } = packetsAt(0, 0.25, 0.25, 2, 2.0005);
  const { sink, inner, sleeps, times } = paced();
  sink.records(bytes, 0, bytes.length, 5);
  assert.deepEqual(inner.packets, packets);
  for (const [index, due] of [0, 250, 250, 2000, 2000].entries()) {
    assert.ok(Math.abs(times[index]! - due) <= 1.01, `${times[index]} for ${due}`);
  }
  assert.ok(Math.max(...sleeps) <= 100);
});

test('pacing continues over several runs, and a step back in time does not wait', () => {
  const first = packetsAt(0, 1);
  const second = packetsAt(0.5, 1.5);
  const { sink, inner, times } = paced();
  sink.records(first.bytes, 0, first.bytes.length, 2);
  sink.records(second.bytes, 0, second.bytes.length, 2);
  assert.deepEqual(inner.packets, [...first.packets, ...second.packets]);
  for (const [index, due] of [0, 1000, 1000, 1500].entries()) {
    assert.ok(Math.abs(times[index]! - due) <= 1.01, `${times[index]} for ${due}`);
  }
});

test('a new file starts at once, and packets without a time do not wait', () => {
  const { sink, times, inner } = paced();
  const first = packetsAt(0);
  const second = packetsAt(-FIRST, 86_400, -FIRST, 86_400.5);
  sink.file(0);
  sink.records(first.bytes, 0, first.bytes.length, 1);
  sink.file(1);
  sink.records(second.bytes, 0, second.bytes.length, 4);
  assert.equal(inner.packets.length, 5);
  assert.deepEqual(times.slice(0, 4), [0, 0, 0, 0]);
  assert.ok(Math.abs(times[4]! - 500) <= 1.01);
  assert.deepEqual(inner.calls.slice(0, 4), ['link 1', 'file 0', 'records', 'file 1']);
});

test('a stop ends the wait within one sleep', () => {
  const { bytes, packets } = packetsAt(0, 3600);
  const { sink, inner, sleeps } = paced(5950);
  sink.records(bytes, 0, bytes.length, 2);
  assert.deepEqual(inner.packets, packets.slice(0, 1));
  assert.equal(sleeps.length, 10);
  assert.equal(sink.stopped(), true);
});

test('packets are paced by the real clock', () => {
  const { bytes, packets } = packetsAt(0, 0.02, 0.15);
  const inner = collector();
  const begin = performance.now();
  pacedSink(inner).records(bytes, 0, bytes.length, 3);
  const took = performance.now() - begin;
  assert.equal(inner.packets.length, packets.length);
  assert.ok(took >= 148, `${took} ms`);
});
