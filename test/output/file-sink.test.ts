/** Files as outputs: reopened, rotated, locked, with a partial last line, and on a full disk. */
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

test('a file is created for its owner and group, and appended to', async () => {
  const path = join(directory, 'new');
  for (const round of [1, 2]) {
    const outputs = await newHarness([file(path)]);
    outputs.give(3);
    await outputs.flush();
    await outputs.close();
    assert.equal(linesIn(path).length, 3 * round);
    assert.deepEqual(outputs.events, []);
  }
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('a renamed file is reopened between two batches, and the new one begins with the start line', async () => {
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
      () => 'the file was not reopened',
    );
  }
  outputs.give(1);
  await outputs.flush();
  await outputs.close();
  parts.push(path);
  assert.deepEqual(parts.flatMap(numbersIn), numbersTo(outputs.given()));
  const starts = parts.map((part) => linesIn(part).findIndex(({ start }) => start !== undefined));
  assert.deepEqual(starts, [-1, ...parts.slice(1).map(() => 0)]);
  assert.equal(outputs.counts().written, outputs.given());
});

test('a file that is reopened without a rename gets no second start line', async () => {
  const path = join(directory, 'same');
  const outputs = await newHarness([file(path)]);
  outputs.give(2);
  await outputs.flush();
  outputs.reopen();
  outputs.give(2);
  await outputs.flush();
  await outputs.close();
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
    assert.match(error.message, /--output file:.*locked: .*locked by another wiretail process/);
    return true;
  });
  // The lock belongs to the file, not to its name, and survives a reopen.
  first.reopen();
  await assert.rejects(newHarness([file(path)]), UserError);
  renameSync(path, `${path}.1`);
  const second = await newHarness([file(path)]);
  first.reopen();
  assert.deepEqual(
    first.events.map(({ action, error }) => [action, error]),
    [['output_failed', 'locked by another wiretail process']],
  );
  first.give(1);
  await first.flush();
  await second.close();
  await until(
    () => first.give(1) && first.counts().reopened === 2,
    () => 'the unlocked file was not taken',
  );
  await first.flush();
  await first.close();
  const numbers = [...numbersIn(`${path}.1`), ...numbersIn(path)];
  assert.deepEqual(numbers, numbersTo(first.given()));
  const devices = [await newHarness([file('/dev/null')]), await newHarness([file('/dev/null')])];
  for (const device of devices) await device.close();
});

test('a file from the future ages from when the clock was set back', async (t) => {
  const path = join(directory, 'set-back');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const outputs = await newHarness([
    { kind: 'file', path, rotation: { size: undefined, age: 60_000, keep: 1 } },
  ]);
  const give = async () => {
    outputs.give(1);
    await outputs.flush();
  };
  await give();
  t.mock.timers.setTime(Date.now() - 3_600_000);
  await give();
  assert.deepEqual(numbersIn(path), [0, 1]);
  t.mock.timers.setTime(Date.now() + 60_000);
  await give();
  assert.deepEqual([numbersIn(`${path}.1`), numbersIn(path)], [[0, 1], [2]]);
  await outputs.close();
});

test('a partial last line is terminated, and only that line is invalid', async () => {
  const path = join(directory, 'partial');
  writeFileSync(path, '{"n":1}\n{"n":');
  const outputs = await newHarness([file(path)]);
  outputs.give(2);
  await outputs.flush();
  await outputs.close();
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.equal(lines.length, 5);
  assert.equal(lines[1], '{"n":');
  assert.equal(JSON.parse(lines[2]).n, 0);
  assert.deepEqual(outputs.actions(), ['output_completed']);
  // After a reopen too, where another writer left the partial line.
  const other = await newHarness([file(path)]);
  other.give(1);
  await other.flush();
  appendFileSync(path, 'partial');
  other.reopen();
  other.give(1);
  await other.flush();
  await other.close();
  assert.match(readFileSync(path, 'utf8'), /\npartial\n\{"log"[^\n]*"n":1,[^\n]*\n$/);
});

test('rotation by size and age keeps a number of files, each with a start line', async () => {
  const path = join(directory, 'sized');
  const size = MIB;
  const outputs = await newHarness([{ kind: 'file', path, rotation: { size, age: undefined, keep: 3 } }], {
    buffer: 16 * MIB,
  });
  for (let i = 0; i < 60; i++) {
    outputs.give(200);
    if (i % 10 === 0) await outputs.flush();
  }
  await outputs.flush();
  await outputs.close();
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
  await old.flush();
  await sleep(100);
  old.give(1);
  await old.flush();
  await old.close();
  assert.deepEqual([numbersIn(`${aged}.1`), numbersIn(aged)], [[0], [1]]);
});

test('a file that cannot be opened is a usage error at the start, and retried later', async () => {
  const folder = join(directory, 'folder');
  await assert.rejects(newHarness([file(join(folder, 'x'))]), (error) => error instanceof UserError);
  mkdirSync(folder);
  await assert.rejects(newHarness([file(folder)]), (error) => error instanceof UserError);
  const path = join(folder, 'x');
  const outputs = await newHarness([file(path)]);
  outputs.give(1);
  await outputs.flush();
  const moved = join(directory, 'moved');
  renameSync(folder, moved);
  outputs.reopen();
  outputs.give(1);
  await outputs.flush();
  assert.deepEqual(outputs.actions(), ['output_failed']);
  mkdirSync(folder);
  await until(
    () => {
      outputs.give(1);
      return outputs.counts().reopened === 1;
    },
    () => 'no retry',
  );
  await outputs.flush();
  await outputs.close();
  assert.deepEqual([...numbersIn(join(moved, 'x')), ...numbersIn(path)], numbersTo(outputs.given()));
});

const noMount =
  process.getuid?.() !== 0
    ? 'needs root, to mount a small disk'
    : isInstalled('mount')
      ? false
      : 'mount is not installed';

/** A disk of 2 MiB, half full. */
function smallDisk(name: string): { path: string; ballast: string } {
  const disk = join(directory, name);
  mkdirSync(disk);
  run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
  after(() => run('umount', ['-l', disk]));
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(MIB));
  return { path: join(disk, 'lines'), ballast };
}

test('a write that completes or fails after close() is ignored', async (t) => {
  const pendingWrites: (() => void)[] = [];
  const { write } = fs;
  let failure: Error | null = null;
  // As on a disk that hangs.
  t.mock.method(
    fs,
    'write',
    (fd: number, bytes: Uint8Array, done: (error: Error | null, n: number) => void) => {
      pendingWrites.push(() => (failure === null ? write(fd, bytes, done) : done(failure, 0)));
    },
  );
  for (failure of [null, Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' })]) {
    const path = join(directory, failure === null ? 'late-write' : 'late-fault');
    const outputs = await newHarness([file(path)]);
    for (let i = 0; i < 3; i++) outputs.give(1);
    assert.equal(pendingWrites.length, 1);
    const ended = outputs.close();
    outputs.reopen();
    pendingWrites.pop()?.();
    // Longer than the retry delay: a retry on the closed file would throw.
    await sleep(1200);
    assert.equal(pendingWrites.length, 0);
    assert.deepEqual(outputs.events, []);
    await ended;
  }
});

test('a rename during a retry puts no line into both files', async (t) => {
  const path = join(directory, 'tried');
  const { write } = fs;
  let tries = 0;
  let finish: (() => void) | undefined;
  type Done = (error: Error | null, n: number) => void;
  t.mock.method(fs, 'write', (fd: number, bytes: Uint8Array, done: Done) => {
    tries++;
    if (tries === 1) setImmediate(done, Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' }), 0);
    else if (tries > 2) write(fd, bytes, done);
    // The write arrives, and completes later.
    else
      write(fd, bytes, (error, n) => {
        finish = () => done(error, n);
      });
  });
  const outputs = await newHarness([file(path)]);
  outputs.give(2);
  await until(
    () => finish !== undefined,
    () => 'no retry',
  );
  renameSync(path, `${path}.1`);
  outputs.reopen();
  finish?.();
  outputs.give(1);
  await outputs.flush();
  await outputs.close();
  assert.deepEqual([numbersIn(`${path}.1`), numbersIn(path)], [[0, 1], [2]]);
});

test('a full disk is reported once, drops are counted, and whole lines follow when there is space', {
  skip: noMount,
}, async () => {
  const { path, ballast } = smallDisk('full');
  const outputs = await newHarness([file(path), file(join(directory, 'other'))], { buffer: MIB });
  // 1.2 MB beside 1 MiB: the disk fills within a line. Then the buffer fills, and more is dropped.
  for (let i = 0; i < 30; i++) {
    outputs.give(100);
    await sleep(2);
  }
  await until(
    () => outputs.counts().errors > 1 && outputs.counts(1).written === outputs.given(),
    () => 'the disk is not full, or lines wait for the other output',
  );
  assert.equal(outputs.unacknowledged(), 0);
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
    () => 'no recovery',
  );
  assert.deepEqual([outputs.events[1].action, outputs.events[1].dropped], ['output_recovered', dropped]);
  const before = outputs.given();
  assert.ok(outputs.give(10));
  await outputs.flush();
  await outputs.close();
  const numbers = numbersIn(path);
  assert.equal(numbers.length, outputs.given() - dropped);
  assert.deepEqual(numbers.slice(-10), numbersTo(outputs.given()).slice(before));
  assert.ok(numbers.every((n, i) => i === 0 || n > numbers[i - 1]));
  assert.deepEqual([outputs.counts().written, outputs.counts().dropped], [numbers.length, dropped]);
});

test('a rename on a full disk loses only the line that the old file holds a part of', {
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
  // The new file is on the same full disk.
  outputs.reopen();
  rmSync(ballast);
  await outputs.flush();
  await outputs.close();
  const old = readFileSync(`${path}.1`, 'utf8');
  const partial = old.endsWith('\n') ? 0 : 1;
  const whole = old
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).n as number);
  assert.equal(outputs.counts().dropped, partial);
  const moved = numbersIn(path);
  assert.equal(whole.length + moved.length, outputs.given() - partial);
  assert.equal(linesIn(path)[0].start, 1);
  assert.equal(moved[0], whole.length + partial);
});
