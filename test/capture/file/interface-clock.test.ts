import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newInterfaceClock } from '../../../src/capture/file/interface-clock.js';
import { randomness } from './helpers.js';

/** The expected result, by exact BigInt arithmetic. */
function exactly(resolution: number, count: bigint, offset: bigint): [boolean, number, number] {
  const exponent = BigInt(resolution & 0x7f);
  const units = resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
  const seconds = count / units + offset;
  if (seconds < 0n || seconds > 0xffffffffn) return [false, 0, 0];
  return [true, Number(seconds), Number(((count % units) * 1_000_000_000n) / units)];
}

test('every resolution is exact to the nanosecond', () => {
  const random = randomness(20240229);
  const time = { seconds: 0, nanoseconds: 0 };
  for (let resolution = 0; resolution < 256; resolution++) {
    const exponent = BigInt(resolution & 0x7f);
    const units = resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
    for (let round = 0; round < 300; round++) {
      const word = () => BigInt(random(2 ** 32));
      // Two of three are present-day times where the resolution allows it; the others are any 64 bits.
      const near =
        (1_700_000_000n + word() / 16n) * units + (((word() << 32n) | word()) % units) - (word() % 2n);
      const count = (round % 3 ? near : (word() << 32n) | word()) & 0xffffffffffffffffn;
      const offset = round % 5 ? 0n : word() - 2n ** 31n;
      const fits = newInterfaceClock(resolution, offset)(
        Number(count >> 32n),
        Number(count & 0xffffffffn),
        time,
      );
      assert.deepEqual(
        [fits, time.seconds, time.nanoseconds],
        exactly(resolution, count, offset),
        `resolution ${resolution}, count ${count}, offset ${offset}`,
      );
    }
  }
});

test('the first and last unit of a second are exact', () => {
  const time = { seconds: 0, nanoseconds: 0 };
  for (const resolution of [0, 3, 6, 9, 10, 11, 12, 0x80, 0x8a, 0x97, 0x98, 0xa0]) {
    const exponent = BigInt(resolution & 0x7f);
    const units = resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
    for (const seconds of [0n, 1n, 65535n, 65536n, 1_700_000_000n, 0xfffffffen, 0xffffffffn, 0x100000000n]) {
      for (const count of [seconds * units, (seconds + 1n) * units - 1n]) {
        if (count >= 2n ** 64n) continue;
        const fits = newInterfaceClock(resolution)(Number(count >> 32n), Number(count & 0xffffffffn), time);
        assert.deepEqual([fits, time.seconds, time.nanoseconds], exactly(resolution, count, 0n));
      }
    }
  }
});
