/** Up to when the decoders may believe that all packets have come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newWatermark } from '../../src/capture/watermark.js';
import { Mark, RECORD_HEADER, WATERMARK_UNIT_MS } from '../../src/ring/layout.js';
import { RingReader } from '../../src/ring/reader.js';
import { createRing } from '../../src/ring/ring.js';
import { RingWriter } from '../../src/ring/writer.js';

const DELAY = 20;
/** The kernel may keep packets back, and it is told a few times a second. */
const MOST_BACK = 600;

test('a time is told when all was taken, not while there may be more, and after a pause not of the pause', () => {
  const memory = createRing(1 << 16, 2, 1);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory, 0);
  const tell = newWatermark(writer, DELAY);
  const told = (): number | undefined => {
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
  const isUntil = (time: number) => {
    const last = told() ?? 0;
    assert.ok(last <= time - DELAY && last > time - MOST_BACK, `${last} is not shortly before ${time}`);
  };

  for (let now = 10_000; now <= 20_000; now += 10) tell(now, true);
  isUntil(20_000);
  // It did not run for a minute, and takes some rounds to catch up.
  for (let now = 80_000; now < 82_000; now += 100) tell(now, false);
  isUntil(20_000);
  for (let now = 82_000; now <= 82_500; now += 100) tell(now, true);
  isUntil(82_500);
  // It never catches up: what is in the buffer is not older than some seconds.
  for (let now = 82_600; now <= 100_000; now += 100) tell(now, false);
  isUntil(95_000);
});
