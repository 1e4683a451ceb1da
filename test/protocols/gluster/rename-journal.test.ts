import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RenameJournal } from '../../../src/protocols/gluster/paths/rename-journal.js';
import { newRandom } from '../../helpers/random.js';

test('recent changes are exact; a discarded change is never reported as no change', () => {
  const random = newRandom(1);
  const journal = new RenameJournal(random.between(0, 0x7ffffffe));
  const epochs = new Map<number, number>();
  for (let epoch = 1; epoch <= 200_000; epoch++) {
    const changed = random.between(0, 100_000) - 50_000;
    journal.record(changed, epoch);
    epochs.set(changed, epoch);
    const queried = random.between(0, 100_000) - 50_000;
    const lastChange = epochs.get(queried) ?? 0;
    const recent = epoch - random.between(0, 30_000);
    assert.equal(journal.changedSince(queried, recent), lastChange > recent);
    // For an old epoch it may report a change that did not happen, never the opposite.
    if (lastChange > epoch / 2) assert.ok(journal.changedSince(queried, Math.floor(epoch / 2)));
  }
});

test('unsigned hashes equal signed ones', () => {
  const journal = new RenameJournal(7);
  journal.record(0xffffffff, 5);
  assert.ok(journal.changedSince(-1, 4));
  assert.ok(!journal.changedSince(0xffffffff, 5));
});
