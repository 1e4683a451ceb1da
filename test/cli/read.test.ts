/** The command `read`, from its arguments to its last line. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { run as runCommand, start } from '../helpers/netns.js';
import { ROOT } from '../helpers/project.js';
import { readInProcess } from '../helpers/read-in-process.js';
import { ended, finalStats, type Line, linesOf, MAIN, type Ran, wiretail } from '../helpers/wiretail.js';
import { otherRecord, readCapture, recordsOf, withRecords } from './captures.js';

const directory = mkdtempSync(join(tmpdir(), 'wiretail-read-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const plain = gunzipSync(readCapture(`${ROOT}test/captures/gm-basic.pcap.gz`));

function file(name: string, content: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const whole = file('whole.pcap', plain);

function read(args: readonly string[], input?: Uint8Array): Ran & { lines: Line[] } {
  const ran = wiretail(['read', ...args], input);
  return { ...ran, lines: linesOf(ran.stdout) };
}

const isRecord = (line: Line) => line.event.dataset.startsWith('gearman.');
const records = (lines: readonly Line[]) => lines.filter(isRecord);

type Numbers = { readonly number: number; readonly reply_number?: number };

/** The lines with changed packet numbers. */
function renumbered(lines: readonly Line[], change: (number: number) => number): unknown[] {
  return lines.map((line) => {
    const { number, reply_number } = line.packet as Numbers;
    const packet = reply_number === undefined ? {} : { reply_number: change(reply_number) };
    return { ...line, packet: { number: change(number), ...packet } };
  });
}

const expected = read([whole]);

test('a whole file: a start line, records, a final stats line, exit code 0', {
  timeout: 90000,
}, () => {
  assert.equal(expected.code, 0);
  assert.equal(expected.stderr, '');
  assert.equal(expected.lines[0].event.dataset, 'wiretail.start');
  const { packets } = finalStats(expected.lines);
  assert.equal(packets.seen, recordsOf(plain).length);
  assert.equal(packets.dropped + packets.waiting, 0);
  assert.ok(records(expected.lines).length > 50);
  assert.equal(expected.lines.length, records(expected.lines).length + 2);
});

test('the output is the same on each run', { timeout: 90000 }, () => {
  assert.equal(read([whole]).stdout, expected.stdout);
});

test('standard input and gzipped input yield the same records', {
  timeout: 90000,
}, async () => {
  const packed = file('packed.gz', gzipSync(plain));
  for (const ran of [read(['-'], plain), read(['-'], gzipSync(plain)), await readInProcess([packed])]) {
    assert.equal(ran.code, 0);
    if ('stderr' in ran) assert.equal(ran.stderr, '');
    assert.deepEqual(ran.lines.slice(1), expected.lines.slice(1));
  }
});

test('several files are read in order, each numbered from 1', { timeout: 90000 }, () => {
  const all = recordsOf(plain);
  const half = Math.floor(all.length / 2);
  const first = file('first.pcap', withRecords(plain, all.slice(0, half)));
  const { code, lines } = read([first, '-'], withRecords(plain, all.slice(half)));
  assert.equal(code, 0);
  const split = records(lines).findIndex((line) => line.packet === undefined);
  assert.equal(split, -1);
  assert.equal(finalStats(lines).packets.seen, all.length);
  // The connection continues across the files; only the packet numbers start again.
  const numberOf = (number: number) => (number > half ? number - half : number);
  assert.deepEqual(
    renumbered(records(lines), (number) => number),
    renumbered(records(expected.lines), numberOf),
  );
});

test('two pipes are read', { timeout: 30000 }, async () => {
  const pipes = ['a', 'b'].map((name) => join(directory, name));
  for (const pipe of pipes) runCommand('mkfifo', [pipe]);
  const child = start(process.execPath, [MAIN, 'read', ...pipes]);
  let text = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  for (const pipe of pipes) start('cp', [whole, pipe]);
  assert.deepEqual(await ended(child), { code: 0, signal: null });
  // Node would warn of a descriptor that it holds twice.
  assert.equal(stderr, '');
  assert.equal(finalStats(linesOf(text)).packets.decoded, 2 * recordsOf(plain).length);
});

test('an invalid file after a capture: exit code 2, and the first file is decoded', {
  timeout: 90000,
}, () => {
  const notes = file('notes.txt', Buffer.from('not a capture, but long enough to be parsed as one\n'));
  const { code, stderr, lines } = read([whole, notes, whole]);
  assert.equal(code, 2);
  assert.match(stderr, /^wiretail: [^\n]*notes\.txt[^\n]*\n$/);
  assert.deepEqual(records(lines), records(expected.lines));
  assert.equal(finalStats(lines).packets.decoded, recordsOf(plain).length);
});

test('a filter counts other packets, and matching packets keep their numbers', {
  timeout: 90000,
}, async () => {
  const mixed = withRecords(
    plain,
    recordsOf(plain).flatMap((record) => [otherRecord(record), record]),
  );
  const path = file('mixed.pcap', mixed);
  const { code, lines } = await readInProcess([path, '-f', 'tcp port 4730']);
  assert.equal(code, 0);
  assert.deepEqual(
    records(lines),
    renumbered(records(expected.lines), (number) => number * 2),
  );
  const { packets } = finalStats(lines);
  assert.equal(packets.seen, recordsOf(mixed).length);
  assert.equal(packets.ignored_by.filter, recordsOf(plain).length);
  assert.equal(packets.seen, packets.decoded + packets.ignored);
  // Without a filter the lines are the same, and the other packets are ignored by protocol.
  const unfiltered = await readInProcess([path]);
  assert.deepEqual(records(unfiltered.lines), records(lines));
  assert.equal(finalStats(unfiltered.lines).packets.ignored_by.not_tcp, recordsOf(plain).length);
});

test('a truncated file: the whole packets, then an anomaly, exit code 1', { timeout: 90000 }, async () => {
  const all = recordsOf(plain);
  const kept = all.slice(0, -1);
  const upTo = await readInProcess([file('kept.pcap', withRecords(plain, kept))]);
  const truncated = withRecords(plain, [...kept, all[all.length - 1].subarray(0, -3)]);
  for (const ran of [
    read([file('cut.pcap', truncated)]),
    read(['-'], truncated),
    await readInProcess([file('cut.gz', gzipSync(truncated))]),
  ]) {
    assert.equal(ran.code, 1);
    assert.deepEqual(records(ran.lines), records(upTo.lines));
    const anomaly = ran.lines[ran.lines.length - 2];
    assert.equal(anomaly.event.action, 'file_truncated');
    assert.equal((anomaly.log as { level: string }).level, 'error');
    assert.equal(finalStats(ran.lines).packets.seen, kept.length);
    assert.equal(ran.lines.length, upTo.lines.length + 1);
  }
});

test('truncated gzip data: the decompressed packets, then an anomaly, exit code 1', {
  timeout: 90000,
}, async () => {
  const packed = gzipSync(plain);
  const { code, lines } = await readInProcess([file('half.gz', packed.subarray(0, packed.length >> 1))]);
  assert.equal(code, 1);
  const found = records(lines);
  assert.deepEqual(found.slice(0, 5), records(expected.lines).slice(0, 5));
  assert.ok(found.length < records(expected.lines).length);
  assert.equal(lines.at(-2)?.event.action, 'file_truncated');
  assert.equal(finalStats(lines).packets.waiting, 0);
});

test('two workers yield the same records', { timeout: 90000 }, () => {
  const { code, lines } = read([whole, '--workers', '2']);
  assert.equal(code, 0);
  const sorted = (some: readonly Line[]) =>
    records(some)
      .map((line) => JSON.stringify(line))
      .sort();
  assert.deepEqual(sorted(lines), sorted(expected.lines));
  assert.equal(finalStats(lines).packets.seen, finalStats(expected.lines).packets.seen);
});
