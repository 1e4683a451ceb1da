import assert from 'node:assert/strict';
import test from 'node:test';
import { type GfidWords, gfidText, newGfidReader } from '../../../src/protocols/gluster/paths/gfid-hash.js';
import { newPathTable, type PathTable } from '../../../src/protocols/gluster/paths/path-table.js';
import { newRandom, type Random } from '../../helpers/random.js';
import { newModel, RootText } from './path-model.js';

const Root: GfidWords = new Uint32Array([0, 0, 0, 1]);
/** The gfid of file n. */
const id = (n: number): GfidWords => new Uint32Array([n * 7, 0xffffffff - n, n >>> 3, n + 2]);
const idText = (n: number): string => gfidText(id(n));

const Brick = 1;

/** One brick's table; `gap` makes what it knows old. */
function oneBrick(capacity: number) {
  const epochs = new Uint32Array(3);
  const table = newPathTable(capacity, epochs, 5);
  return {
    table,
    gap: () => epochs[Brick]++,
    name: (parent: GfidWords, text: string, file: number, only = true) =>
      table.name(Brick, parent, text, id(file), only, epochs[Brick]),
    drop: (parent: GfidWords, text: string) => table.drop(Brick, parent, text),
    text: (file: number) => table.path(Brick, id(file))?.text,
    stale: (file: number) => table.path(Brick, id(file))?.stale,
  };
}

test('gfids as numbers and as text', () => {
  const text = '93e1d5cc-f2f4-4d47-a6a1-2b87e359535e';
  const words = newGfidReader()(text);
  assert.deepEqual([...words], [0x93e1d5cc, 0xf2f44d47, 0xa6a12b87, 0xe359535e]);
  assert.equal(gfidText(words), text);
  assert.equal(gfidText(Root), RootText);
});

test('a path from the root, from a directory without a name, and none', () => {
  const { table, name, text, drop } = oneBrick(100);
  name(Root, 'a', 1);
  name(id(1), 'b', 2);
  name(id(2), 'c.txt', 3);
  assert.equal(text(3), '/a/b/c.txt');
  assert.equal(text(1), '/a');
  assert.deepEqual(table.path(Brick, Root), { text: '/', stale: false });
  assert.equal(text(9), undefined);
  assert.equal(table.path(2, id(3)), undefined);
  drop(Root, 'a');
  assert.equal(text(3), `<gfid:${idText(1)}>/b/c.txt`);
  assert.equal(text(1), undefined);
  drop(id(2), 'c.txt');
  drop(id(2), 'c.txt');
  drop(id(8), 'c.txt');
  assert.equal(text(3), undefined);
});

test('a directory takes what is in it along, and has one name', () => {
  const { name, text, drop } = oneBrick(100);
  name(Root, 'a', 1);
  name(id(1), 'f', 2);
  drop(Root, 'a');
  name(Root, 'z', 1);
  assert.equal(text(2), '/z/f');
  // It is known to be a directory, whatever its attributes say.
  name(Root, 'y', 1, false);
  assert.equal(text(2), '/y/f');
  drop(Root, 'y');
  assert.equal(text(1), undefined);
});

test('names of one file: the last that was said, then the one before', () => {
  const { name, text, drop } = oneBrick(100);
  for (let n = 0; n < 20; n++) name(Root, `n${n}`, 1, false);
  name(Root, 'n7', 1, false);
  assert.equal(text(1), '/n7');
  drop(Root, 'n7');
  // Sixteen are kept: n4 to n19, of which n7 is gone.
  for (let n = 19; n >= 4; n--) {
    if (n === 7) continue;
    assert.equal(text(1), `/n${n}`);
    drop(Root, `n${n}`);
  }
  assert.equal(text(1), undefined);
  name(Root, 'a', 1, false);
  name(Root, 'b', 1, false);
  name(Root, 'a', 1, true);
  drop(Root, 'a');
  assert.equal(text(1), undefined);
});

test('another file of the same name takes it', () => {
  const { name, text } = oneBrick(100);
  name(Root, 'a', 1);
  name(Root, 'a', 2);
  assert.equal(text(1), undefined);
  assert.equal(text(2), '/a');
});

test('what is older than a gap is stale until it is said again, each part of a path by itself', () => {
  const { table, name, gap, text, stale } = oneBrick(100);
  name(Root, 'a', 1);
  name(id(1), 'f', 2);
  gap();
  name(id(1), 'f', 2);
  assert.deepEqual([text(2), stale(2)], ['/a/f', true]);
  assert.equal(table.child(Brick, Root, 'a', new Uint32Array(4)), false);
  name(Root, 'a', 1);
  assert.deepEqual([text(2), stale(2)], ['/a/f', false]);
  const found: GfidWords = new Uint32Array(4);
  assert.equal(table.child(Brick, Root, 'a', found), true);
  assert.deepEqual(found, id(1));
  // What was asked before the gap does not make it older than it is.
  table.name(Brick, Root, 'a', id(1), true, 0);
  assert.equal(stale(1), false);
  table.name(Brick, Root, 'b', id(3), true, 0);
  assert.equal(stale(3), true);
});

test('bricks have files of their own', () => {
  const { table, name, text, drop } = oneBrick(100);
  name(Root, 'a', 1);
  table.name(2, Root, 'a', id(2), true, 0);
  table.name(2, Root, 'b', id(1), true, 0);
  assert.equal(text(1), '/a');
  assert.equal(text(2), undefined);
  assert.equal(table.path(2, id(1))?.text, '/b');
  drop(Root, 'a');
  assert.equal(table.path(2, id(2))?.text, '/a');
});

test('a directory that is said to be in itself', () => {
  const { name, text } = oneBrick(100);
  name(id(1), 'self', 1);
  assert.equal(text(1), undefined);
  name(id(1), 'a', 2);
  name(id(2), 'b', 3);
  name(id(3), 'c', 1);
  const path = text(2) ?? '';
  assert.match(path, /^<gfid:[0-9a-f-]{36}>(?:\/[abc]){512}$/);
  assert.ok(path.endsWith('/c/a'));
  name(Root, 'top', 1);
  assert.equal(text(3), '/top/a/b');
});

test('what is too deep or too long is partial', () => {
  const { name, text } = oneBrick(2000);
  name(Root, 'd', 1);
  for (let n = 2; n <= 600; n++) name(id(n - 1), 'd', n);
  assert.equal(text(512), '/d'.repeat(512));
  assert.equal(text(513), `<gfid:${idText(1)}>${'/d'.repeat(512)}`);
  const long = 'x'.repeat(255);
  name(Root, long, 1001);
  for (let n = 1002; n <= 1100; n++) name(id(n - 1), long, n);
  assert.equal(text(1016), `/${long}`.repeat(16));
  assert.equal(text(1017), `<gfid:${idText(1001)}>${`/${long}`.repeat(16)}`);
});

test('many names that share few chains, and all columns in use', () => {
  for (const capacity of [1, 2, 3, 5, 17]) {
    const { table, name, text } = oneBrick(capacity);
    for (let n = 0; n < 500; n++) {
      name(Root, `n${n}`, n);
      assert.equal(text(n), `/n${n}`);
      assert.ok(table.size() <= Math.max(2, capacity));
    }
  }
  const { table, name, text } = oneBrick(5000);
  for (let n = 0; n < 20000; n++) name(Root, `n${n}`, n);
  assert.equal(table.size(), 5000);
  for (let n = 15001; n < 20000; n++) assert.equal(text(n), `/n${n}`);
  for (let n = 0; n <= 15000; n++) assert.equal(text(n), undefined);
});

test('directories stay as long as what is in them: only what is forgotten has no path', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = newRandom(seed);
    const { name, text } = oneBrick(random.between(24, 60));
    const directories = 8;
    // A chain of directories above each file: 1 is in the root, n + 1 in n or in one above it.
    const above = [0, ...Array.from({ length: directories - 1 }, (_, n) => random.below(n + 2))];
    const pathOf = (n: number): string => (n === 0 ? '' : `${pathOf(above[n - 1])}/d${n}`);
    const put = (n: number): void => {
      if (n === 0) return;
      put(above[n - 1]);
      name(above[n - 1] === 0 ? Root : id(above[n - 1]), `d${n}`, n);
    };
    const files: { at: number; path: string }[] = [];
    for (let step = 0; step < 1500; step++) {
      const n = random.between(1, directories);
      if (random.chance(0.4)) {
        put(n);
        const file = 100 + files.length;
        name(id(n), `f${file}`, file, random.chance(0.9));
        files.push({ at: file, path: `${pathOf(n)}/f${file}` });
      } else if (files.length > 0) {
        const { at, path } = files[files.length - 1 - random.below(Math.min(files.length, 60))];
        const found = text(at);
        if (found !== undefined) assert.equal(found, path, `seed ${seed}, step ${step}`);
      }
    }
  }
});

/** What is done to the table and to its model alike; a failure shows the last steps. */
function compare(seed: number): void {
  const random = newRandom(seed);
  const epochs = new Uint32Array(3);
  const capacity = random.pick([2, 3, 4, 7, 12, 30]);
  const table: PathTable = newPathTable(capacity, epochs, random.below(2 ** 31));
  const model = newModel(capacity, epochs);
  const gfids = capacity * random.between(1, 3) + 2;
  const texts = Array.from({ length: random.between(2, 12) }, (_, n) => `name${n}`);
  const history: string[] = [];
  const file = (random: Random) => (random.chance(0.15) ? -1 : random.below(gfids));
  const words = (n: number) => (n < 0 ? Root : id(n));
  const textOf = (n: number) => gfidText(words(n));
  const found: GfidWords = new Uint32Array(4);
  for (let step = 0; step < 600; step++) {
    const brick = random.chance(0.8) ? 1 : 2;
    const [parent, child] = [file(random), file(random)];
    const text = random.pick(texts);
    const only = random.chance(0.5);
    const epoch = random.chance(0.8) ? epochs[brick] : Math.max(0, epochs[brick] - 1);
    const what = random.below(20);
    history.push(`${what} brick ${brick} ${parent}/${text} ${child}${only ? ' only' : ''} ${epoch}`);
    const say = () => `seed ${seed}, capacity ${capacity}, step ${step}:\n${history.slice(-40).join('\n')}`;
    if (what < 10) {
      table.name(brick, words(parent), text, words(child), only, epoch);
      model.name(brick, textOf(parent), text, textOf(child), only, epoch);
    } else if (what < 12) {
      table.drop(brick, words(parent), text);
      model.drop(brick, textOf(parent), text);
    } else if (what === 12) {
      const told = table.child(brick, words(parent), text, found);
      if ((told ? gfidText(found) : undefined) !== model.child(brick, textOf(parent), text))
        assert.fail(say());
    } else if (what === 13) {
      if (random.chance(0.2)) epochs[brick]++;
    } else {
      const [path, expected] = [table.path(brick, words(child)), model.path(brick, textOf(child))];
      if (path?.text !== expected?.text || path?.stale !== expected?.stale) assert.fail(say());
    }
    if (table.size() !== model.size() || table.size() > capacity) assert.fail(say());
  }
  for (const brick of [1, 2]) {
    for (let n = -1; n < gfids; n++) {
      assert.deepEqual(table.path(brick, words(n)), model.path(brick, textOf(n)), `seed ${seed}, ${n}`);
    }
  }
}

test('long random sequences: the same as what is written down simply', () => {
  for (let seed = 1; seed <= 120; seed++) compare(seed);
});
