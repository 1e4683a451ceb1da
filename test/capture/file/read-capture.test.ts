import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, createWriteStream, mkdirSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CaptureInfo } from '../../../src/capture/file/read-capture.js';
import { readCapture } from '../../../src/capture/file/read-capture.js';
import {
  collector,
  interfaceBlock,
  LE_NS,
  pcapFile,
  pcapHeader,
  pcapngFile,
  readBytes,
  sectionHeader,
  somePackets,
  temporaryFile,
  temporaryPath,
} from './helpers.js';

const LITTLE = { little: true };

const REFUSED: Record<string, [string, RegExp]> = {
  nothing: ['', / is empty$/],
  text: ['hello\n', / is not a capture file: it starts with 68 65 6c 6c, expected pcap or pcapng$/],
  'one byte': ['\x1f', / is not a capture file: it starts with 1f, /],
  zstd: ['\x28\xb5\x2f\xfd....', / is zstd-compressed: decompress it first/],
  lz4: ['\x04\x22\x4d\x18....', / is lz4-compressed: decompress it first/],
  xz: ['\xfd7zXZ\0...', / is xz-compressed/],
  bzip2: ['BZh9....', / is bzip2-compressed/],
  zip: ['PK\x03\x04....', / is a zip archive/],
  snoop: ['snoop\0\0\0....', / is a snoop capture/],
};

for (const [name, [content, message]] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(readBytes(Buffer.from(content, 'latin1')), { name: 'UserError', message });
  });
}

test('a path that can’t be opened is refused', async () => {
  const refused = (path: string, message: RegExp) =>
    assert.rejects(readCapture(path, collector()), { name: 'UserError', message });
  const missing = temporaryPath();
  await refused(missing, /^\S+: no such file$/);
  const directory = temporaryPath();
  mkdirSync(directory);
  await refused(directory, /: is a directory, not a capture file$/);
  await refused(`${temporaryFile(Buffer.alloc(1))}/x`, /: no such file: a part of the path/);
  await refused('nul\0byte', /can't be opened/);
  if (process.getuid?.() !== 0) {
    const secret = temporaryFile(pcapHeader(LE_NS));
    chmodSync(secret, 0);
    await refused(secret, /: permission denied$/);
  }
});

test('onHeader is called before the first packet, with its time', async () => {
  const packets = somePackets(3);
  const [{ seconds, nanoseconds }] = packets as [(typeof packets)[0]];
  const infos: CaptureInfo[] = [];
  const order: string[] = [];
  const sink = { ...collector(), records: () => void order.push('records') };
  const options = {
    onHeader(info: CaptureInfo) {
      order.push('header');
      infos.push(info);
    },
  };
  await readCapture(temporaryFile(pcapFile(packets, LE_NS)), sink, options);
  await readCapture(temporaryFile(gzipSync(pcapngFile(packets, LITTLE))), sink, options);
  const firstTimestamp = { seconds, nanoseconds };
  assert.deepEqual(infos, [
    { format: 'pcap', linkTypes: [1], interfaces: [], gzip: false, firstTimestamp },
    { format: 'pcapng', linkTypes: [1], interfaces: ['eth0'], gzip: true, firstTimestamp },
  ]);
  assert.deepEqual(order, ['header', 'records', 'header', 'records']);
});

test('onHeader is called for a capture without packets', async () => {
  const shapes = [{ name: 'eth0' }, { name: 'lo\0rest', link: 1 }, { link: 113 }];
  const file = Buffer.concat([
    sectionHeader(LITTLE),
    ...shapes.map((shape) => interfaceBlock(shape, LITTLE)),
  ]);
  const infos: CaptureInfo[] = [];
  const { result } = await readBytes(file, { onHeader: (info) => infos.push(info) });
  assert.deepEqual(result, { packets: 0, bytes: file.length, untimed: 0 });
  const interfaces = ['eth0', 'lo'];
  assert.deepEqual(infos, [{ format: 'pcapng', linkTypes: [1, 113], interfaces, gzip: false }]);
});

test('onProgress reports up to the size of the file as it is stored', async () => {
  const file = gzipSync(pcapFile(somePackets(1000), LE_NS));
  const seen: [number, number | undefined][] = [];
  await readBytes(file, { onProgress: (bytes, total) => seen.push([bytes, total]) });
  assert.ok(seen.length > 0);
  assert.deepEqual(seen.at(-1), [file.length, file.length]);
});

test('a stop ends reading early, without a problem', async () => {
  let calls = 0;
  const sink = collector(() => calls >= 2);
  const records = sink.records;
  sink.records = (...run) => {
    calls++;
    records(...run);
  };
  const file = temporaryFile(pcapFile(somePackets(1000), LE_NS));
  const result = await readCapture(file, sink, { chunkSize: 1000 });
  assert.equal(calls, 2);
  assert.equal(result.packets, sink.packets.length);
  assert.ok(result.packets < 100);
  assert.equal(result.problem, undefined);
  const stopped = await readCapture(
    file,
    collector(() => true),
  );
  assert.equal(stopped.packets, 0);
});

function namedPipe(): string {
  const path = temporaryPath();
  execFileSync('env', ['mkfifo', path]);
  return path;
}

test('a named pipe is read as it is written', async () => {
  const path = namedPipe();
  const packets = somePackets(50);
  const file = pcapngFile(packets, LITTLE);
  const sink = collector();
  const totals = new Set<number | undefined>();
  const reading = readCapture(path, sink, { onProgress: (_, total) => totals.add(total) });
  const writer = createWriteStream(path);
  for (let at = 0; at < file.length; at += 500) {
    await new Promise((resolve) => writer.write(file.subarray(at, at + 500), resolve));
  }
  writer.end();
  const result = await reading;
  assert.deepEqual(sink.packets, packets);
  assert.deepEqual(result, { packets: 50, bytes: file.length, untimed: 0 });
  assert.deepEqual([...totals], [undefined]);
});

test('a pipe with a silent writer does not delay a stop', async () => {
  for (const written of [0, 100]) {
    const path = namedPipe();
    let stop = false;
    const reading = readCapture(
      path,
      collector(() => stop),
    );
    // Opened for reading and writing: opening it for writing alone waits for a reader.
    const fd = openSync(path, 'r+');
    const writer = createWriteStream('', { fd, autoClose: false });
    await new Promise((resolve) =>
      writer.write(pcapFile(somePackets(9), LE_NS).subarray(0, written), resolve),
    );
    setTimeout(() => {
      stop = true;
    }, 50);
    const result = await reading;
    assert.equal(result.problem, undefined);
    closeSync(fd);
  }
});
