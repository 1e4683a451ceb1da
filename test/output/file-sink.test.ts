/** Outputs that are files: opened anew, rotated, completed, and on a disk that is full. */
import assert from 'node:assert/strict';
import fs, {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/config/user-error.js';
import { isInstalled, run } from '../helpers/netns.js';
import { until } from '../helpers/wiretail.js';
import { linesIn, newHarness, numbersIn, numbersTo, temporaryDirectory } from './outputs-harness.js';

const directory = temporaryDirectory();
const MIB = 1 << 20;

const file = (path: string) => ({ kind: 'file', path, rotation: undefined }) as const;

test('a file is made for its owner and group; it is appended to', async () => {
  const path = join(directory, 'new');
  for (const round of [1, 2]) {
    const outputs = await newHarness([file(path)]);
    outputs.give(3);
    await outputs.flushed();
    await outputs.end();
    assert.equal(linesIn(path).length, 3 * round);
    assert.deepEqual(outputs.events, []);
  }
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('a file that was renamed is opened anew between two batches; the new one begins with the start line', async () => {
  const path = join(directory, 'renamed');
  const outputs = await newHarness([file(path)], { buffer: 16 * MIB });
  const parts: string[] = [];
  for (let part = 0; part < 20; part++) {
    outputs.give(200);
    outputs.give(200);
    await sleep(part % 3);
    outputs.give(200);
    renameSync(path, `${path}.${part}`);
    parts.push(`${path}.${part}`);
    outputs.reopen();
    await until(
      () => outputs.counts().reopened > part,
      () => 'it is not opened anew',
    );
  }
  outputs.give(1);
  await outputs.flushed();
  await outputs.end();
  parts.push(path);
  assert.deepEqual(parts.flatMap(numbersIn), numbersTo(outputs.given()));
  const starts = parts.map((part) => linesIn(part).findIndex(({ start }) => start !== undefined));
  assert.deepEqual(starts, [-1, ...parts.slice(1).map(() => 0)]);
  assert.equal(outputs.counts().written, outputs.given());
});

test('opened anew without a rename, the file goes on and has no second start', async () => {
  const path = join(directory, 'same');
  const outputs = await newHarness([file(path)]);
  outputs.give(2);
  await outputs.flushed();
  outputs.reopen();
  outputs.give(2);
  await outputs.flushed();
  await outputs.end();
  assert.deepEqual(
    linesIn(path).map(({ n }) => n),
    [0, 1, 2, 3],
  );
  assert.equal(outputs.counts().reopened, 1);
});

test('a file has one writer at a time', async () => {
  const path = join(directory, 'locked');
  const first = await newHarness([file(path)]);
  await assert.rejects(newHarness([file(path)]), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /--output file:.*locked: .*another process of wiretail writes it/);
    return true;
  });
  // The lock is of the file, not of its name, and is kept when the file is opened anew.
  first.reopen();
  await assert.rejects(newHarness([file(path)]), UserError);
  renameSync(path, `${path}.1`);
  const second = await newHarness([file(path)]);
  first.reopen();
  assert.deepEqual(
    first.events.map(({ action, error }) => [action, error]),
    [['output_failed', 'another process of wiretail writes it']],
  );
  first.give(1);
  await first.flushed();
  await second.end();
  await until(
    () => first.give(1) && first.counts().reopened === 2,
    () => 'it does not get the file that is free now',
  );
  await first.flushed();
  await first.end();
  const numbers = [...numbersIn(`${path}.1`), ...numbersIn(path)];
  assert.deepEqual(numbers, numbersTo(first.given()));
  const devices = [await newHarness([file('/dev/null')]), await newHarness([file('/dev/null')])];
  for (const device of devices) await device.end();
});

test('a file that was begun in the future is as old as the clock that was set back', async (t) => {
  const path = join(directory, 'set-back');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const outputs = await newHarness([
    { kind: 'file', path, rotation: { size: undefined, age: 60_000, keep: 1 } },
  ]);
  const give = async () => {
    outputs.give(1);
    await outputs.flushed();
  };
  await give();
  t.mock.timers.setTime(Date.now() - 3_600_000);
  await give();
  assert.deepEqual(numbersIn(path), [0, 1]);
  t.mock.timers.setTime(Date.now() + 60_000);
  await give();
  assert.deepEqual([numbersIn(`${path}.1`), numbersIn(path)], [[0, 1], [2]]);
  await outputs.end();
});

test('a file that ends in half a line: that line alone is bad', async () => {
  const path = join(directory, 'half');
  writeFileSync(path, '{"n":1}\n{"n":');
  const outputs = await newHarness([file(path)]);
  outputs.give(2);
  await outputs.flushed();
  await outputs.end();
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.equal(lines.length, 5);
  assert.equal(lines[1], '{"n":');
  assert.equal(JSON.parse(lines[2]).n, 0);
  assert.deepEqual(
    outputs.events.map(({ action }) => action),
    ['output_completed'],
  );
  // And after a rename, where the half line came from somebody else.
  const other = await newHarness([file(path)]);
  other.give(1);
  await other.flushed();
  appendFileSync(path, 'half');
  other.reopen();
  other.give(1);
  await other.flushed();
  await other.end();
  assert.match(readFileSync(path, 'utf8'), /\nhalf\n\{"log"[^\n]*"n":1,[^\n]*\n$/);
});

test('rotation by size and age: numbered files, no more than are kept, each with a start line', async () => {
  const path = join(directory, 'sized');
  const size = MIB;
  const outputs = await newHarness([{ kind: 'file', path, rotation: { size, age: undefined, keep: 3 } }], {
    buffer: 16 * MIB,
  });
  for (let i = 0; i < 60; i++) {
    outputs.give(200);
    if (i % 10 === 0) await outputs.flushed();
  }
  await outputs.flushed();
  await outputs.end();
  const names = readdirSync(directory).filter((name) => name.startsWith('sized'));
  assert.deepEqual(names.sort(), ['sized', 'sized.1', 'sized.2', 'sized.3']);
  const oldestFirst = ['sized.3', 'sized.2', 'sized.1', 'sized'].map((name) => join(directory, name));
  const numbers = oldestFirst.flatMap(numbersIn);
  assert.deepEqual(numbers, numbersTo(outputs.given()).slice(-numbers.length));
  for (const part of oldestFirst) {
    assert.ok(statSync(part).size <= size + 200, part);
    assert.equal(typeof linesIn(part)[0].start, 'number');
  }

  const aged = join(directory, 'aged');
  const old = await newHarness([
    { kind: 'file', path: aged, rotation: { size: undefined, age: 50, keep: 1 } },
  ]);
  old.give(1);
  await old.flushed();
  await sleep(100);
  old.give(1);
  await old.flushed();
  await old.end();
  assert.deepEqual([numbersIn(`${aged}.1`), numbersIn(aged)], [[0], [1]]);
});

test('what can not be opened is a mistake at the start, and a fault later, which is survived', async () => {
  const folder = join(directory, 'folder');
  await assert.rejects(newHarness([file(join(folder, 'x'))]), (error) => error instanceof UserError);
  mkdirSync(folder);
  await assert.rejects(newHarness([file(folder)]), (error) => error instanceof UserError);
  const path = join(folder, 'x');
  const outputs = await newHarness([file(path)]);
  outputs.give(1);
  await outputs.flushed();
  const moved = join(directory, 'moved');
  renameSync(folder, moved);
  outputs.reopen();
  outputs.give(1);
  await outputs.flushed();
  assert.deepEqual(
    outputs.events.map(({ action }) => action),
    ['output_failed'],
  );
  mkdirSync(folder);
  await until(
    () => {
      outputs.give(1);
      return outputs.counts().reopened === 1;
    },
    () => 'it is not tried again',
  );
  await outputs.flushed();
  await outputs.end();
  assert.deepEqual([...numbersIn(join(moved, 'x')), ...numbersIn(path)], numbersTo(outputs.given()));
});

const noMount =
  process.getuid?.() !== 0
    ? 'needs root, to mount a small disk'
    : isInstalled('mount')
      ? false
      : 'mount is not installed';

/** A disk of 2 MiB that is full but for some bytes. */
function smallDisk(name: string): { path: string; ballast: string } {
  const disk = join(directory, name);
  mkdirSync(disk);
  run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
  after(() => run('umount', ['-l', disk]));
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(MIB));
  return { path: join(disk, 'lines'), ballast };
}

test('a write that returns after the end, well or not, is the end of it', async (t) => {
  const held: (() => void)[] = [];
  const { write } = fs;
  let outcome: Error | null = null;
  // SonicBoom's, which is on a disk that hangs.
  t.mock.method(
    fs,
    'write',
    (fd: number, bytes: Uint8Array, done: (error: Error | null, n: number) => void) => {
      held.push(() => (outcome === null ? write(fd, bytes, done) : done(outcome, 0)));
    },
  );
  for (outcome of [null, Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' })]) {
    const path = join(directory, `hangs-${outcome === null ? 'well' : 'not'}`);
    const outputs = await newHarness([file(path)]);
    for (let i = 0; i < 3; i++) outputs.give(1);
    assert.equal(held.length, 1);
    const ended = outputs.end();
    outputs.reopen();
    held.pop()?.();
    // Longer than until it would be tried again: that would throw in nobody's hands.
    await sleep(1200);
    assert.equal(held.length, 0);
    assert.deepEqual(outputs.events, []);
    await ended;
  }
});

test('renamed while another try is under way: no line is in both files', async (t) => {
  const path = join(directory, 'tried');
  const { write } = fs;
  let tries = 0;
  let finish: (() => void) | undefined;
  type Done = (error: Error | null, n: number) => void;
  t.mock.method(fs, 'write', (fd: number, bytes: Uint8Array, done: Done) => {
    tries++;
    if (tries === 1) setImmediate(done, Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }), 0);
    else if (tries > 2) write(fd, bytes, done);
    // It arrives, and says so later.
    else
      write(fd, bytes, (error, n) => {
        finish = () => done(error, n);
      });
  });
  const outputs = await newHarness([file(path)]);
  outputs.give(2);
  await until(
    () => finish !== undefined,
    () => 'it is not tried again',
  );
  renameSync(path, `${path}.1`);
  outputs.reopen();
  finish?.();
  outputs.give(1);
  await outputs.flushed();
  await outputs.end();
  assert.deepEqual([numbersIn(`${path}.1`), numbersIn(path)], [[0, 1], [2]]);
});

test('a full disk: said once, what does not fit is counted, and whole lines again when there is space', {
  skip: noMount,
}, async () => {
  const { path, ballast } = smallDisk('full');
  const outputs = await newHarness([file(path), file(join(directory, 'other'))], { buffer: MIB });
  // 1.2 MB beside 1 MiB: the disk ends within a line; then the buffer fills, and what is more is dropped.
  for (let i = 0; i < 30; i++) {
    outputs.give(100);
    await sleep(2);
  }
  await until(
    () => outputs.counts().errors > 1 && outputs.counts(1).written === outputs.given(),
    () => 'the disk is not full, or the other output waits',
  );
  assert.equal(outputs.unsettled(), 0);
  assert.ok(outputs.counts().waiting > 0);
  for (let i = 0; i < 25; i++) {
    outputs.give(100);
    await sleep(2);
  }
  const { dropped } = outputs.counts();
  assert.ok(dropped > 0);
  assert.deepEqual(
    outputs.events.map(({ action, output }) => [action, output]),
    [['output_failed', `file:${path}`]],
  );

  rmSync(ballast);
  await until(
    () => outputs.events.length === 2,
    () => 'it does not recover',
  );
  assert.deepEqual([outputs.events[1].action, outputs.events[1].dropped], ['output_recovered', dropped]);
  const before = outputs.given();
  assert.ok(outputs.give(10));
  await outputs.flushed();
  await outputs.end();
  const numbers = numbersIn(path);
  assert.equal(numbers.length, outputs.given() - dropped);
  assert.deepEqual(numbers.slice(-10), numbersTo(outputs.given()).slice(before));
  assert.ok(numbers.every((n, i) => i === 0 || n > numbers[i - 1]));
  assert.deepEqual([outputs.counts().written, outputs.counts().dropped], [numbers.length, dropped]);
});

test('renamed while the disk is full: only the line that the old file has a part of is lost', {
  skip: noMount,
}, async () => {
  const { path, ballast } = smallDisk('moved-on');
  const outputs = await newHarness([file(path)], { buffer: 4 * MIB });
  for (let i = 0; i < 30; i++) outputs.give(100);
  await until(
    () => outputs.counts().errors > 0,
    () => 'the disk is not full',
  );
  renameSync(path, `${path}.1`);
  // The new file is on the same disk, which has room for its name only.
  outputs.reopen();
  rmSync(ballast);
  await outputs.flushed();
  await outputs.end();
  const old = readFileSync(`${path}.1`, 'utf8');
  const half = old.endsWith('\n') ? 0 : 1;
  const whole = old
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).n as number);
  assert.equal(outputs.counts().dropped, half);
  const rest = numbersIn(path);
  assert.deepEqual([...whole, ...rest].length, outputs.given() - half);
  assert.equal(linesIn(path)[0].start, 1);
  assert.equal(rest[0], whole.length + half);
});
