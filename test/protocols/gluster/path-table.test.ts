import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GfidReader, type GfidWords, gfidText } from '../../../src/protocols/gluster/paths/gfid-hash.js';
import { PathTable } from '../../../src/protocols/gluster/paths/path-table.js';
import { newRandom, type Random } from '../../helpers/random.js';
import { PathModel, ROOT_TEXT } from './path-model.js';

const ROOT: GfidWords = new Uint32Array([0, 0, 0, 1]);
/** The gfid of file n. */
const id = (n: number): GfidWords => new Uint32Array([n * 7, 0xffffffff - n, n >>> 3, n + 2]);
const idText = (n: number): string => gfidText(id(n));

const BRICK = 1;

/** The table of one brick. */
function newTable(capacity: number) {
  const gapCounts = new Uint32Array(3);
  const table = new PathTable(capacity, gapCounts, 5);
  return {
    table,
    markGap: () => gapCounts[BRICK]++,
    recordName: (parent: GfidWords, text: string, file: number, isOnlyName = true) =>
      table.recordName(BRICK, parent, text, id(file), isOnlyName, gapCounts[BRICK]),
    removeName: (parent: GfidWords, text: string) => table.removeName(BRICK, parent, text),
    textOf: (file: number) => table.pathOf(BRICK, id(file))?.text,
    isStale: (file: number) => table.pathOf(BRICK, id(file))?.stale,
  };
}

test('a gfid is read from text and written as text', () => {
  const text = '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e';
  const words = new GfidReader().read(text);
  assert.deepEqual([...words], [0x93e1d5cc, 0xf2f44d47, 0xa6a12b87, 0xe359535e]);
  assert.equal(gfidText(words), text);
  assert.equal(gfidText(ROOT), ROOT_TEXT);
});

test('a path starts at the root, or at the first directory without a known name', () => {
  const { table, recordName, textOf, removeName } = newTable(100);
  recordName(ROOT, 'a', 1);
  recordName(id(1), 'b', 2);
  recordName(id(2), 'c.txt', 3);
  assert.equal(textOf(3), '/a/b/c.txt');
  assert.equal(textOf(1), '/a');
  assert.deepEqual(table.pathOf(BRICK, ROOT), { text: '/', stale: false });
  assert.equal(textOf(9), undefined);
  assert.equal(table.pathOf(2, id(3)), undefined);
  removeName(ROOT, 'a');
  assert.equal(textOf(3), `<gfid:${idText(1)}>/b/c.txt`);
  assert.equal(textOf(1), undefined);
  removeName(id(2), 'c.txt');
  removeName(id(2), 'c.txt');
  removeName(id(8), 'c.txt');
  assert.equal(textOf(3), undefined);
});

test('a renamed directory renames its content, and a directory has one name', () => {
  const { recordName, textOf, removeName } = newTable(100);
  recordName(ROOT, 'a', 1);
  recordName(id(1), 'f', 2);
  removeName(ROOT, 'a');
  recordName(ROOT, 'z', 1);
  assert.equal(textOf(2), '/z/f');
  // An inode with content is a directory, whatever its attributes.
  recordName(ROOT, 'y', 1, false);
  assert.equal(textOf(2), '/y/f');
  removeName(ROOT, 'y');
  assert.equal(textOf(1), undefined);
});

test('a file with several names is shown by the newest, then by the one before', () => {
  const { recordName, textOf, removeName } = newTable(100);
  for (let n = 0; n < 20; n++) recordName(ROOT, `n${n}`, 1, false);
  recordName(ROOT, 'n7', 1, false);
  assert.equal(textOf(1), '/n7');
  removeName(ROOT, 'n7');
  // Sixteen names are kept: n4 to n19, without n7.
  for (let n = 19; n >= 4; n--) {
    if (n === 7) continue;
    assert.equal(textOf(1), `/n${n}`);
    removeName(ROOT, `n${n}`);
  }
  assert.equal(textOf(1), undefined);
  recordName(ROOT, 'a', 1, false);
  recordName(ROOT, 'b', 1, false);
  recordName(ROOT, 'a', 1, true);
  removeName(ROOT, 'a');
  assert.equal(textOf(1), undefined);
});

test('a name belongs to one file at a time', () => {
  const { recordName, textOf } = newTable(100);
  recordName(ROOT, 'a', 1);
  recordName(ROOT, 'a', 2);
  assert.equal(textOf(1), undefined);
  assert.equal(textOf(2), '/a');
});

test('each name in a path is stale after a gap until it is observed again', () => {
  const { table, recordName, markGap, textOf, isStale } = newTable(100);
  recordName(ROOT, 'a', 1);
  recordName(id(1), 'f', 2);
  markGap();
  recordName(id(1), 'f', 2);
  assert.deepEqual([textOf(2), isStale(2)], ['/a/f', true]);
  assert.equal(table.findChild(BRICK, ROOT, 'a', new Uint32Array(4)), false);
  recordName(ROOT, 'a', 1);
  assert.deepEqual([textOf(2), isStale(2)], ['/a/f', false]);
  const found: GfidWords = new Uint32Array(4);
  assert.equal(table.findChild(BRICK, ROOT, 'a', found), true);
  assert.deepEqual(found, id(1));
  // An observation from before the gap does not make a current name stale.
  table.recordName(BRICK, ROOT, 'a', id(1), true, 0);
  assert.equal(isStale(1), false);
  table.recordName(BRICK, ROOT, 'b', id(3), true, 0);
  assert.equal(isStale(3), true);
});

test('each brick has its own files', () => {
  const { table, recordName, textOf, removeName } = newTable(100);
  recordName(ROOT, 'a', 1);
  table.recordName(2, ROOT, 'a', id(2), true, 0);
  table.recordName(2, ROOT, 'b', id(1), true, 0);
  assert.equal(textOf(1), '/a');
  assert.equal(textOf(2), undefined);
  assert.equal(table.pathOf(2, id(1))?.text, '/b');
  removeName(ROOT, 'a');
  assert.equal(table.pathOf(2, id(2))?.text, '/a');
});

test('a directory that contains itself has no endless path', () => {
  const { recordName, textOf } = newTable(100);
  recordName(id(1), 'self', 1);
  assert.equal(textOf(1), undefined);
  recordName(id(1), 'a', 2);
  recordName(id(2), 'b', 3);
  recordName(id(3), 'c', 1);
  const path = textOf(2) ?? '';
  assert.match(path, /^<gfid:[0-9a-f-]{36}>(?:\/[abc]){512}$/);
  assert.ok(path.endsWith('/c/a'));
  recordName(ROOT, 'top', 1);
  assert.equal(textOf(3), '/top/a/b');
});

test('a path that is too deep or too long is partial', () => {
  const { recordName, textOf } = newTable(2000);
  recordName(ROOT, 'd', 1);
  for (let n = 2; n <= 600; n++) recordName(id(n - 1), 'd', n);
  assert.equal(textOf(512), '/d'.repeat(512));
  assert.equal(textOf(513), `<gfid:${idText(1)}>${'/d'.repeat(512)}`);
  const long = 'x'.repeat(255);
  recordName(ROOT, long, 1001);
  for (let n = 1002; n <= 1100; n++) recordName(id(n - 1), long, n);
  assert.equal(textOf(1016), `/${long}`.repeat(16));
  assert.equal(textOf(1017), `<gfid:${idText(1001)}>${`/${long}`.repeat(16)}`);
});

test('a full table with long hash chains finds every name', () => {
  for (const capacity of [1, 2, 3, 5, 17]) {
    const { table, recordName, textOf } = newTable(capacity);
    for (let n = 0; n < 500; n++) {
      recordName(ROOT, `n${n}`, n);
      assert.equal(textOf(n), `/n${n}`);
      assert.ok(table.size() <= Math.max(2, capacity));
    }
  }
  const { table, recordName, textOf } = newTable(5000);
  for (let n = 0; n < 20000; n++) recordName(ROOT, `n${n}`, n);
  assert.equal(table.size(), 5000);
  for (let n = 15001; n < 20000; n++) assert.equal(textOf(n), `/n${n}`);
  for (let n = 0; n <= 15000; n++) assert.equal(textOf(n), undefined);
});

test('a directory is evicted after its content: only an evicted file has no path', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = newRandom(seed);
    const { recordName, textOf } = newTable(random.between(24, 60));
    const directories = 8;
    // A chain of directories above each file: 1 is in the root, n + 1 is in n or in one above it.
    const above = [0, ...Array.from({ length: directories - 1 }, (_, n) => random.below(n + 2))];
    const pathOf = (n: number): string => (n === 0 ? '' : `${pathOf(above[n - 1])}/d${n}`);
    const recordDirectory = (n: number): void => {
      if (n === 0) return;
      recordDirectory(above[n - 1]);
      recordName(above[n - 1] === 0 ? ROOT : id(above[n - 1]), `d${n}`, n);
    };
    const files: { file: number; path: string }[] = [];
    for (let step = 0; step < 1500; step++) {
      const n = random.between(1, directories);
      if (random.chance(0.4)) {
        recordDirectory(n);
        const file = 100 + files.length;
        recordName(id(n), `f${file}`, file, random.chance(0.9));
        files.push({ file, path: `${pathOf(n)}/f${file}` });
      } else if (files.length > 0) {
        const { file, path } = files[files.length - 1 - random.below(Math.min(files.length, 60))];
        const found = textOf(file);
        if (found !== undefined) assert.equal(found, path, `seed ${seed}, step ${step}`);
      }
    }
  }
});

/** Applies the same steps to the table and to its model. A failure shows the last steps. */
function compareWithModel(seed: number): void {
  const random = newRandom(seed);
  const gapCounts = new Uint32Array(3);
  const capacity = random.pick([2, 3, 4, 7, 12, 30]);
  const table = new PathTable(capacity, gapCounts, random.below(2 ** 31));
  const model = new PathModel(capacity, gapCounts);
  const gfids = capacity * random.between(1, 3) + 2;
  const texts = Array.from({ length: random.between(2, 12) }, (_, n) => `name${n}`);
  const history: string[] = [];
  const pickFile = (random: Random) => (random.chance(0.15) ? -1 : random.below(gfids));
  const words = (n: number) => (n < 0 ? ROOT : id(n));
  const textOf = (n: number) => gfidText(words(n));
  const found: GfidWords = new Uint32Array(4);
  for (let step = 0; step < 600; step++) {
    const brick = random.chance(0.8) ? 1 : 2;
    const [parent, child] = [pickFile(random), pickFile(random)];
    const text = random.pick(texts);
    const isOnly = random.chance(0.5);
    const gapCount = random.chance(0.8) ? gapCounts[brick] : Math.max(0, gapCounts[brick] - 1);
    const action = random.below(20);
    history.push(`${action} brick ${brick} ${parent}/${text} ${child}${isOnly ? ' only' : ''} ${gapCount}`);
    const failure = () =>
      `seed ${seed}, capacity ${capacity}, step ${step}:\n${history.slice(-40).join('\n')}`;
    if (action < 10) {
      table.recordName(brick, words(parent), text, words(child), isOnly, gapCount);
      model.recordName(brick, textOf(parent), text, textOf(child), isOnly, gapCount);
    } else if (action < 12) {
      table.removeName(brick, words(parent), text);
      model.removeName(brick, textOf(parent), text);
    } else if (action === 12) {
      const isFound = table.findChild(brick, words(parent), text, found);
      if ((isFound ? gfidText(found) : undefined) !== model.findChild(brick, textOf(parent), text))
        assert.fail(failure());
    } else if (action === 13) {
      if (random.chance(0.2)) gapCounts[brick]++;
    } else {
      const path = table.pathOf(brick, words(child));
      const expected = model.pathOf(brick, textOf(child));
      if (path?.text !== expected?.text || path?.stale !== expected?.stale) assert.fail(failure());
    }
    if (table.size() !== model.size() || table.size() > capacity) assert.fail(failure());
  }
  for (const brick of [1, 2]) {
    for (let n = -1; n < gfids; n++) {
      assert.deepEqual(table.pathOf(brick, words(n)), model.pathOf(brick, textOf(n)), `seed ${seed}, ${n}`);
    }
  }
}

test('long random sequences give the same paths as the model', () => {
  for (let seed = 1; seed <= 120; seed++) compareWithModel(seed);
});
