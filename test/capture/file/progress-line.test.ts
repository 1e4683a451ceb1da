import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressPrinter, renderProgress } from '../../../src/capture/file/progress-line.js';

test('the line has percentage, size and rate', () => {
  assert.equal(renderProgress(50e6, 200e6, 500), 'reading: 25 % of 200 MB, 100 MB/s');
  assert.equal(renderProgress(1.5e6, undefined, 1000, 'x.pcap'), 'reading x.pcap: 1.5 MB, 1.5 MB/s');
  assert.equal(renderProgress(0, 200e6, 0), 'reading: 0 % of 200 MB');
  assert.equal(renderProgress(300e6, 200e6, 1000), 'reading: 100 % of 200 MB, 300 MB/s');
  assert.equal(renderProgress(0, 0, 0), 'reading: 0.0 MB');
});

function terminal(isTTY: boolean, columns = 200) {
  const written: string[] = [];
  let time = 0;
  const printer = progressPrinter({ isTTY, columns, write: (text) => written.push(text) }, 'x', () => time);
  return {
    written,
    printer,
    at(milliseconds: number) {
      time = milliseconds;
    },
  };
}

test('a large file has a line at once, a small one after a second, with a minimum interval', () => {
  const large = terminal(true);
  large.at(10);
  large.printer.update(1e6, 100e6);
  large.at(100);
  large.printer.update(2e6, 100e6);
  large.at(300);
  large.printer.update(30e6, 100e6);
  large.printer.clear();
  large.printer.clear();
  assert.deepEqual(large.written, [
    '\rreading x: 1 % of 100 MB, 100 MB/s\x1b[K',
    '\rreading x: 30 % of 100 MB, 100 MB/s\x1b[K',
    '\r\x1b[K',
  ]);
  const small = terminal(true, 20);
  small.at(900);
  small.printer.update(1e6, 2e6);
  assert.deepEqual(small.written, []);
  small.at(1000);
  small.printer.update(1e6, 2e6);
  assert.deepEqual(small.written, ['\rreading x: 50 % of \x1b[K']);
});

test('nothing is written without a terminal', () => {
  const { printer, written } = terminal(false);
  printer.update(1e9, 2e9);
  printer.clear();
  assert.deepEqual(written, []);
});
