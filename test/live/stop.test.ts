/** How a run ends: under full load, with a reader that stalls, and with one that goes away. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNetns, type Netns, start, whyNoNetns } from '../helpers/netns.js';
import {
  type Capture,
  ended,
  finalStats,
  MAIN,
  memoryOf,
  newTail,
  type Stats,
  startCapture,
  until,
} from '../helpers/wiretail.js';
import { temporaryDirectory } from '../output/outputs-harness.js';
import { writeEchoes } from './echo-file.js';
import { PEER, startEchoServer } from './echoes.js';

const PORT = '4730';
const ENGINES = ['libpcap', 'cap'] as const;
const skip = whyNoNetns();

/** The limit from the signal to the exit. */
const STOP_MS = 5000;
/** The ring, the kernel's buffer and the waiting lines are 64 MiB each; the rest is Node's and the batches'. */
const MOST_MIB = 700;
/** Two lines of statistics on end: no packet came between, and none waits. */
const QUIET =
  /"seen":(\d+),[^\n]*\n[^\n]*"packets":{"seen":\1,"decoded":\d+,"ignored":\d+,"dropped":\d+,"waiting":0,.*\n$/;
/** Of what may wait in memory, so that an output that was too slow is no longer. */
const WAITING = '4MiB';
const HALF = 5 << 19;

function checkAccounts({ packets, lines }: Stats, stopMs = 0): void {
  const { seen, decoded, ignored, dropped, waiting, dropped_by, ignored_by } = packets;
  const sum = (numbers: Readonly<Record<string, number>>) =>
    Object.values(numbers).reduce((a, b) => a + b, 0);
  assert.equal(waiting, 0);
  assert.equal(seen, decoded + ignored + dropped);
  assert.equal(dropped, sum(dropped_by));
  assert.equal(ignored, sum(ignored_by));
  assert.equal(dropped_by.decoder, 0);
  // A machine that is busy with something else may need the last second too: then lines are on their way.
  if (stopMs < 4000) assert.equal(lines.lost, 0);
}

suite('the end of a capture', { skip, timeout: 180000 }, () => {
  let netns: Netns;

  before(async () => {
    netns = createNetns();
    await startEchoServer(netns, PORT);
  });

  const peer = (...args: string[]) =>
    netns.spawn(process.execPath, [PEER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

  /** All traffic that loopback takes, for so many seconds or until it is ended. */
  async function underFlood(seconds: number, bytes: number, body: () => Promise<void>): Promise<void> {
    const flood = peer('flood', '127.0.0.1', PORT, String(seconds), String(bytes));
    const over = ended(flood);
    try {
      await body();
    } finally {
      flood.kill('SIGKILL');
      await over;
    }
  }

  // Large messages overload the capture, small ones the decoder: then the ring is full, and the deadline ends the
  // draining.
  for (const [engine, signal, bytes] of [
    ['libpcap', 'SIGTERM', 4096],
    ['libpcap', 'SIGINT', 32],
    ['cap', 'SIGTERM', 32],
  ] as const) {
    test(`${signal} under full load of ${bytes} bytes with ${engine}: every packet is accounted for`, async (t) => {
      const tail = newTail();
      const capture = await startCapture(netns, ['-i', 'lo', '--engine', engine], tail.take);
      await underFlood(10, bytes, async () => {
        await until(
          () => tail.lines() > 20000,
          () => `only ${tail.lines()} lines; ${capture.stderr()}`,
        );
        await sleep(500);
        const { code, ms } = await capture.stop(signal);
        assert.equal(code, 0, capture.stderr());
        assert.ok(ms < STOP_MS, `it took ${ms} ms`);
        const stats = finalStats([tail.last()]);
        checkAccounts(stats, ms);
        assert.equal(stats.lines.written + 1, tail.lines());
        const by = JSON.stringify(stats.packets.dropped_by);
        t.diagnostic(`${engine}: ended in ${ms.toFixed(0)} ms; ${tail.last().message} ${by}`);
      });
    });
  }

  test('with a stalled reader memory is bounded, dropped lines are counted, and the capture continues', async (t) => {
    const captures = new Map<string, Capture>();
    for (const engine of ENGINES) {
      captures.set(engine, await startCapture(netns, ['-i', 'lo', '--engine', engine], 'nothing'));
    }
    await underFlood(6, 512, async () => {
      for (let i = 0; i < 50; i++) {
        await sleep(100);
        for (const [engine, { child }] of captures) {
          const memory = memoryOf(child.pid, 'VmRSS');
          assert.ok(memory < MOST_MIB, `${engine}: ${memory.toFixed(0)} MiB`);
        }
      }
    });
    for (const [engine, capture] of captures) {
      const most = memoryOf(capture.child.pid, 'VmHWM');
      assert.equal(capture.child.exitCode, null, capture.stderr());
      t.diagnostic(`${engine}: at most ${most.toFixed(0)} MiB`);
    }

    // One is read at last: it has continued, and reports its drops. The other is never read, and ends all the same.
    const [read, unread] = ['libpcap', 'cap'].map((engine) => captures.get(engine) as Capture);
    const tail = newTail();
    let text = '';
    read.child.stdout?.on('data', (chunk: Buffer) => {
      tail.take(chunk);
      text = (text + chunk.toString('latin1')).slice(-200000);
    });
    const echoed = () => /"type":"ECHO_RES","type_id":17,"size":777/.test(text);
    // Repeatedly: the first may find the kernel's buffer still full from the flood.
    for (let i = 0; i < 15 && !echoed(); i++) {
      const echo = peer('client', '127.0.0.1', PORT, 'x'.repeat(777));
      assert.equal((await ended(echo)).code, 0);
      await sleep(i === 0 ? 200 : 1000);
    }
    await until(echoed, () => `the capture did not continue; ${read.stderr()}`);
    const end = await read.stop();
    assert.equal(end.code, 0, read.stderr());
    assert.ok(end.ms < STOP_MS, `it took ${end.ms} ms`);
    const stats = finalStats([tail.last()]);
    checkAccounts(stats);
    assert.ok(stats.lines.dropped > 0, 'no line was dropped');
    assert.equal(stats.lines.written + 1, tail.lines());
    t.diagnostic(`${stats.lines.written} lines written, ${stats.lines.dropped} dropped`);

    unread.child.kill('SIGTERM');
    const begin = performance.now();
    // Its exit, not the end of its output, which is still in the pipe.
    await until(
      () => unread.child.exitCode !== null || unread.child.signalCode !== null,
      () => 'it does not end while its output is stalled',
    );
    assert.equal(unread.child.exitCode, 0, unread.stderr());
    assert.ok(performance.now() - begin < STOP_MS);
    assert.match(unread.stderr(), /stalled/);
    unread.child.stdout?.destroy();
  });

  test('nothing follows the final stats, even if an output recovers meanwhile', async () => {
    const file = join(temporaryDirectory(), 'lines.ndjson');
    const args = ['-i', 'lo', '--output-buffer', WAITING, '--stats-interval', '100ms'];
    const capture = await startCapture(
      netns,
      [...args, '--output', 'stdout', '--output', `file:${file}`],
      'nothing',
    );
    // No more than the kernel's buffer holds: after a lost segment lines would wait until the end.
    assert.equal((await ended(peer('flood', '127.0.0.1', PORT, '10', '512', '8'))).code, 0);
    await until(
      () => capture.stderr().includes('too slow'),
      () => `no line is dropped; ${capture.stderr()}`,
    );
    // Once it is quiet, half is read: that counts as a recovery in a second, while the other half still waits.
    await until(
      () => QUIET.test(readFileSync(file, 'latin1').slice(-8192)),
      () => 'packets wait for ever',
    );
    const tail = newTail();
    let bytes = 0;
    capture.child.stdout?.on('data', (chunk: Buffer) => {
      tail.take(chunk);
      bytes += chunk.length;
      if (bytes - chunk.length < HALF && bytes >= HALF) capture.child.stdout?.pause();
    });
    await until(
      () => bytes >= HALF,
      () => `only ${bytes} bytes; ${capture.stderr()}`,
    );
    const stopping = capture.stop();
    await until(
      () => capture.stderr().includes(' recovered; '),
      () => `it does not recover; ${capture.stderr()}`,
    );
    capture.child.stdout?.resume();
    const { code, ms } = await stopping;
    assert.equal(code, 0, capture.stderr());
    const stats = finalStats([tail.last()]);
    checkAccounts(stats, ms);
  });

  test('a second signal ends the process at once', async () => {
    const capture = await startCapture(netns, ['-i', 'lo'], 'nothing');
    await underFlood(5, 512, async () => {
      await sleep(1000);
      capture.child.kill('SIGTERM');
      await sleep(300);
      assert.equal(capture.child.exitCode, null, 'the first signal leaves time for the output');
      const begin = performance.now();
      capture.child.kill('SIGINT');
      await until(
        () => capture.child.exitCode !== null || capture.child.signalCode !== null,
        () => 'it does not end',
      );
      assert.equal(capture.child.exitCode, 130);
      assert.ok(performance.now() - begin < 1000, `it took ${performance.now() - begin} ms`);
      capture.child.stdout?.destroy();
    });
  });

  test('the lag from packet to line on an idle machine', async (t) => {
    for (const engine of ENGINES) {
      const arrivals = new Map<number, number>();
      let text = '';
      const capture = await startCapture(
        netns,
        ['-i', 'lo', '--engine', engine, '--payload-bytes', '8'],
        (chunk) => {
          const now = performance.timeOrigin + performance.now();
          text += chunk;
          for (const [, number] of text.matchAll(/"type":"ECHO_REQ".*?"payload":"(\d+)"/g)) {
            if (!arrivals.has(Number(number))) arrivals.set(Number(number), now);
          }
        },
      );
      const paced = peer('paced', '127.0.0.1', PORT, '60', '23');
      let printed = '';
      paced.stdout?.on('data', (chunk) => {
        printed += chunk;
      });
      assert.equal((await ended(paced)).code, 0);
      const sent = JSON.parse(printed) as number[];
      await until(
        () => sent.every((_, number) => arrivals.has(number)),
        () => `${arrivals.size} of ${sent.length} echoes are seen`,
      );
      const waits = sent.map((time, number) => (arrivals.get(number) ?? 0) - time).sort((a, b) => a - b);
      const at = (share: number) => waits[Math.floor(share * (waits.length - 1))].toFixed(1);
      t.diagnostic(`${engine}: median ${at(0.5)} ms, 90 % within ${at(0.9)} ms, at most ${at(1)} ms`);
      assert.equal((await capture.stop()).code, 0);
    }
  });
});

suite('the reader of a file', { timeout: 120000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-stop-'));
  const file = join(directory, 'echoes.pcap');
  const ECHOES = 300000;
  before(() => writeEchoes(file, ECHOES));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const readFile = () => {
    const child = start(process.execPath, [MAIN, 'read', file]);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    return { child, end: ended(child), stderr: () => stderr };
  };

  test('a slow reader is waited for, and nothing is dropped', async (t) => {
    const { child, end, stderr } = readFile();
    await sleep(3000);
    assert.equal(child.exitCode, null, stderr());
    const memory = process.platform === 'linux' ? memoryOf(child.pid, 'VmHWM') : 0;
    assert.ok(memory < MOST_MIB, `${memory.toFixed(0)} MiB`);
    const tail = newTail();
    child.stdout?.on('data', tail.take);
    assert.equal((await end).code, 0, stderr());
    const stats = finalStats([tail.last()]);
    checkAccounts(stats);
    assert.equal(stats.lines.dropped, 0);
    assert.equal(stats.packets.dropped, 0);
    assert.equal(stats.messages['gearman.packet'], ECHOES);
    assert.equal(stats.lines.written + 1, tail.lines());
    t.diagnostic(`at most ${memory.toFixed(0)} MiB without a reader`);
  });

  test('a reader that goes away ends the run silently', async () => {
    const { child, end, stderr } = readFile();
    child.stdout?.once('data', () => child.stdout?.destroy());
    const begin = performance.now();
    const { signal } = await end;
    assert.equal(signal, null);
    assert.equal(stderr(), '');
    assert.ok(performance.now() - begin < 10000);
  });
});
