import assert from 'node:assert/strict';
import test from 'node:test';
import { newRenameJournal } from '../../../src/protocols/gluster/paths/rename-journal.js';
import { newRandom } from '../../helpers/random.js';

test('the latest changes are told apart; one that was forgotten is not older than those that were too', () => {
  const random = newRandom(1);
  const changes = newRenameJournal(random.between(0, 0x7ffffffe));
  const moments = new Map<number, number>();
  for (let now = 1; now <= 200_000; now++) {
    const key = random.between(0, 100_000) - 50_000;
    changes.set(key, now);
    moments.set(key, now);
    const asked = random.between(0, 100_000) - 50_000;
    const moment = moments.get(asked) ?? 0;
    const recent = now - random.between(0, 30_000);
    assert.equal(changes.since(asked, recent), moment > recent);
    // Of long ago it may say that there was a change, never that there was none.
    if (moment > now / 2) assert.ok(changes.since(asked, Math.floor(now / 2)));
  }
});

test('unsigned hashes are the same as signed ones', () => {
  const changes = newRenameJournal(7);
  changes.set(0xffffffff, 5);
  assert.ok(changes.since(-1, 4));
  assert.ok(!changes.since(0xffffffff, 5));
});
