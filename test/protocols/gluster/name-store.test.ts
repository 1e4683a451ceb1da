import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashName } from '../../../src/protocols/gluster/paths/gfid-hash.js';
import { MAX_NAME_LENGTH, NameStore } from '../../../src/protocols/gluster/paths/name-store.js';
import { newRandom } from '../../helpers/random.js';

const LETTERS = ['a', 'é', '\u00ff', 'Ω', '\u{1f600}', '\ud800', '\0'];

test('names of every length are read back unchanged, with one or two bytes a character', () => {
  const names = new NameStore(MAX_NAME_LENGTH * 2 + 2, 200_000);
  const texts = Array.from({ length: MAX_NAME_LENGTH + 1 }, (_, n) => [
    String.fromCharCode(97 + (n % 26)).repeat(n),
    `${'y'.repeat(Math.max(0, n - 1))}Ω`,
  ]).flat();
  for (const [n, text] of texts.entries()) names.store(n, text);
  const buffer = new Uint8Array(MAX_NAME_LENGTH);
  for (const [n, text] of texts.entries()) {
    assert.equal(names.text(n), text);
    assert.equal(names.length(n), text.length);
    assert.ok(names.equals(n, text));
    assert.ok(!names.equals(n, `${text}x`) && !names.equals(n, `${text.slice(0, -1)}\u0161`));
    assert.equal(names.hash(n, 7), hashName(7, text));
    const isNarrow = !text.includes('Ω');
    assert.equal(names.copyBackwards(n, buffer, MAX_NAME_LENGTH), isNarrow);
    if (!isNarrow) continue;
    const copied = Buffer.from(buffer.subarray(MAX_NAME_LENGTH - text.length)).toString('latin1');
    assert.equal(copied, text);
  }
});

test('a name reuses the cells of any other, and the number of cells is bounded', () => {
  const random = newRandom(3);
  const highest = 50;
  const names = new NameStore(highest, 100);
  const expected = new Map<number, string>();
  let rejected = 0;
  for (let step = 0; step < 20_000; step++) {
    const name = random.between(1, highest);
    if (expected.has(name)) {
      names.remove(name);
      expected.delete(name);
    } else {
      const text = random.pick(LETTERS).repeat(random.below(random.pick([20, 100, 500])));
      if (!names.fits(text)) rejected++;
      else {
        names.store(name, text);
        expected.set(name, text);
      }
    }
    if (step % 100 === 0) for (const [stored, text] of expected) assert.equal(names.text(stored), text);
  }
  assert.ok(rejected > 100);
  for (const name of expected.keys()) names.remove(name);
  // Twenty names of five overflow cells each.
  const long = 'x'.repeat(18 + 5 * 20);
  for (let name = 1; name <= 20; name++) {
    assert.ok(names.fits(long));
    names.store(name, long);
  }
  assert.ok(!names.fits(long) && names.fits('x'.repeat(22)));
});
