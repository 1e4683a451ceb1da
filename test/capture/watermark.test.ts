/** The capture watermark: the time up to which all packets have been delivered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newWatermark } from '../../src/capture/watermark.js';
import { Mark, RECORD_HEADER, WATERMARK_UNIT_MS } from '../../src/ring/layout.js';
import { RingReader } from '../../src/ring/reader.js';
import { createRing } from '../../src/ring/ring.js';
import { RingWriter } from '../../src/ring/writer.js';

const DELAY = 20;
/** The watermark lags by the kernel's delay and its own interval. */
const MAX_LAG = 600;

test('the watermark advances when all packets are taken, and does not skip over a pause', () => {
  const memory = createRing(1 << 16, 2, 1);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory, 0);
  const reportRound = newWatermark(writer, DELAY);
  const readWatermark = (): number | undefined => {
    let last: number | undefined;
    while (reader.next(0)) {
      const view = new DataView(memory.data);
      for (let at = reader.start; at < reader.end; at += RECORD_HEADER) {
        assert.equal(view.getUint32(at, true), Mark.watermark);
        last = view.getUint32(at + 4, true) * WATERMARK_UNIT_MS;
      }
      reader.release(reader.end);
    }
    return last;
  };
  const checkWatermark = (time: number) => {
    const last = readWatermark() ?? 0;
    assert.ok(last <= time - DELAY && last > time - MAX_LAG, `${last} is not shortly before ${time}`);
  };

  for (let now = 10_000; now <= 20_000; now += 10) reportRound(now, true);
  checkWatermark(20_000);
  // The capture did not run for a minute, and takes some rounds to catch up.
  for (let now = 80_000; now < 82_000; now += 100) reportRound(now, false);
  checkWatermark(20_000);
  for (let now = 82_000; now <= 82_500; now += 100) reportRound(now, true);
  checkWatermark(82_500);
  // It never catches up: packets in the buffer are at most some seconds old.
  for (let now = 82_600; now <= 100_000; now += 100) reportRound(now, false);
  checkWatermark(95_000);
});
