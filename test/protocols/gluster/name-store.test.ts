import assert from 'node:assert/strict';
import test from 'node:test';
import { hashName } from '../../../src/protocols/gluster/paths/gfid-hash.js';
import { newNames, TextUnits } from '../../../src/protocols/gluster/paths/name-store.js';
import { newRandom } from '../../helpers/random.js';

const Letters = ['a', 'é', '\u00ff', 'Ω', '\u{1f600}', '\ud800', '\0'];

test('texts of every length come back as they were, of one byte a character or of two', () => {
  const names = newNames(TextUnits * 2 + 2, 200_000);
  const texts = Array.from({ length: TextUnits + 1 }, (_, n) => [
    String.fromCharCode(97 + (n % 26)).repeat(n),
    `${'y'.repeat(Math.max(0, n - 1))}Ω`,
  ]).flat();
  for (const [n, text] of texts.entries()) names.put(n, text);
  const room = new Uint8Array(TextUnits);
  for (const [n, text] of texts.entries()) {
    assert.equal(names.text(n), text);
    assert.equal(names.length(n), text.length);
    assert.ok(names.is(n, text));
    assert.ok(!names.is(n, `${text}x`) && !names.is(n, `${text.slice(0, -1)}\u0161`));
    assert.equal(names.hash(n, 7), hashName(7, text));
    const narrow = !text.includes('Ω');
    assert.equal(names.copy(n, room, TextUnits), narrow);
    if (narrow) assert.equal(Buffer.from(room.subarray(TextUnits - text.length)).toString('latin1'), text);
  }
});

test('what one name leaves another can use, and there is no more than there may be', () => {
  const random = newRandom(3);
  const most = 50;
  const names = newNames(most, 100);
  const model = new Map<number, string>();
  let full = 0;
  for (let step = 0; step < 20_000; step++) {
    const name = random.between(1, most);
    if (model.has(name)) {
      names.remove(name);
      model.delete(name);
    } else {
      const text = random.pick(Letters).repeat(random.below(random.pick([20, 100, 500])));
      if (!names.fits(text)) full++;
      else {
        names.put(name, text);
        model.set(name, text);
      }
    }
    if (step % 100 === 0) for (const [one, text] of model) assert.equal(names.text(one), text);
  }
  assert.ok(full > 100);
  for (const name of model.keys()) names.remove(name);
  // Twenty names of five more cells each.
  const long = 'x'.repeat(18 + 5 * 20);
  for (let name = 1; name <= 20; name++) {
    assert.ok(names.fits(long));
    names.put(name, long);
  }
  assert.ok(!names.fits(long) && names.fits('x'.repeat(22)));
});
