/**
 * Paths on a real cluster: two clients, and for a while a third with a directory of the volume as root, work on the same
 * files in a random sequence, and rename directories above files that another has open. The path of every line is
 * compared with the names that the file had at that time.
 *
 *   PATH_TEST_OPS=30000 PATH_TEST_SEED=7 ./scripts/test gluster-paths    a longer sequence, another one
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { compareLatency, latencyPackets } from '../compare/latency.js';
import { hasTshark } from '../compare/read.js';
import { BRIDGE, type Cluster, createCluster } from '../helpers/gluster-cluster.js';
import { whyNoGluster } from '../helpers/gluster-skip.js';
import { newRandom } from '../helpers/random.js';
import { startTcpdump } from '../helpers/tcpdump.js';
import { type Capture, startCapture } from '../helpers/wiretail.js';
import { waitForCapture } from './capture-marker.js';
import { newApart } from './paths/apart.js';
import { newCheck, newTally, type Tally } from './paths/check.js';
import { countPackets, cutCapture } from './paths/cut.js';
import { readEach, readTexts } from './paths/read.js';
import { runSequence, type Truth } from './paths/run.js';

const OPERATIONS = Number(process.env.PATH_TEST_OPS ?? 400);
const SEED = Number(process.env.PATH_TEST_SEED ?? 1);
const FOPS = ['--dataset', 'gluster.fop'];
const skip = whyNoGluster('tcpdump');

/** The least share of full paths on lines of files with a name. */
const MIN_FULL = 0.9;

suite('paths on a real cluster', { skip, timeout: 180000 + OPERATIONS * 60 }, () => {
  let cluster: Cluster;
  let truth: Truth;
  let file: string;
  let live: Capture;
  let apart: ReadonlyMap<unknown, number>;
  after(() => cluster?.remove());

  before(async () => {
    cluster = await createCluster({ clients: 3 });
    file = join(cluster.folder, 'paths.pcap');
    const stopTcpdump = await startTcpdump(cluster.fabric, BRIDGE, file);
    live = await startCapture(cluster.fabric, ['-i', BRIDGE, '--promiscuous', '--workers', '2', ...FOPS]);
    await cluster.begin();
    cluster.clients[2].run('umount', `${cluster.clients[2].folder}/mnt`);
    truth = await runSequence(cluster, SEED, OPERATIONS);
    await waitForCapture(cluster, file);
    assert.match(await stopTcpdump(), /\n0 packets dropped by kernel/);
    const { code } = await live.stop();
    assert.equal(code, 0, live.stderr());
    const differing = newApart();
    await readEach([file, '--detail', 'full', ...FOPS], differing.add);
    const since = differing.since();
    for (const [brick, at] of truth.differing) since.set(brick, Math.min(at, since.get(brick) ?? at));
    apart = since;
  });

  const judge = (t: TestContext, tally: Tally) => {
    const { wrong, ...counts } = tally;
    t.diagnostic(JSON.stringify({ ...counts, wrong: wrong.length }));
    const context = `seed ${SEED}, ${OPERATIONS} operations, ${wrong.length} wrong:\n${wrong.slice(0, 5).join('\n')}`;
    assert.equal(wrong.length, 0, context);
  };
  const assertMostlyFull = ({ full, partial, absent }: Tally) =>
    assert.ok(full > MIN_FULL * (full + partial + absent), 'most lines have the whole path');

  const read = async (args: readonly string[], keep?: string[]) => {
    const tally = newTally();
    const check = newCheck(truth, apart, tally);
    await readEach([...args, ...FOPS], (line, text) => {
      check(line);
      if (line.event.dataset === 'gluster.fop') keep?.push(text);
    });
    return tally;
  };

  test('the operations had the expected results', (t) => {
    t.diagnostic([...truth.counts].map(([what, count]) => `${what} ${count}`).join(', '));
    for (const [brick, since] of apart)
      t.diagnostic(`${brick} differs from ${new Date(since / 1e3).toISOString()} on`);
    assert.deepEqual(truth.differences, []);
  });

  test('no path of the live capture is wrong', (t) => {
    const tally = newTally();
    const check = newCheck(truth, apart, tally);
    for (const line of live.lines()) check(line);
    judge(t, tally);
    assertMostlyFull(tally);
  });

  test('latencies equal those of tshark', {
    skip: !hasTshark() && 'tshark is not installed',
  }, async (t) => {
    const { compared, equal, explained, unexplained } = await compareLatency(file, latencyPackets(file));
    t.diagnostic(`${compared} compared, ${equal} equal, ${JSON.stringify([...explained])}`);
    assert.deepEqual(unexplained.slice(0, 5), []);
    assert.ok(equal > OPERATIONS);
  });

  for (const [view, counts] of [
    ['calls', [2, 3]],
    ['messages', [3]],
  ] as const) {
    test(`no path is wrong with any number of decoders (${view})`, async (t) => {
      const alone: string[] = [];
      const tally = await read([file, '--view', view], alone);
      judge(t, tally);
      assertMostlyFull(tally);
      assert.ok(tally.sizes > 0);
      // Compared as one text: a difference of lists this long could not be shown.
      const expected = alone.sort().join('\n');
      for (const workers of counts) {
        const kept: string[] = [];
        await readTexts([file, '--view', view, '--workers', `${workers}`, ...FOPS], (text) => {
          if (text.includes('"dataset":"gluster.fop"')) kept.push(text);
        });
        assert.ok(kept.sort().join('\n') === expected, `other lines with ${workers} decoders`);
      }
    });
  }

  for (const [what, isLost, share, views] of [
    ['toward the bricks', 'toBrick', 0.001, ['calls']],
    ['toward the bricks', 'toBrick', 0.02, ['calls', 'messages']],
    ['from the bricks', 'fromBrick', 0.001, ['calls']],
    ['from the bricks', 'fromBrick', 0.02, ['calls', 'messages']],
  ] as const) {
    test(`no path is wrong with ${share * 100} % of the packets ${what} lost`, async (t) => {
      const random = newRandom(SEED);
      const lossy = join(cluster.folder, 'lossy.pcap');
      const cut = cutCapture(
        file,
        lossy,
        (packet) => !(packet[isLost] && packet.bytes > 0 && random.chance(share)),
      );
      t.diagnostic(`${cut} packets`);
      for (const view of views) judge(t, await read([lossy, '--view', view]));
    });
  }

  test('no path of a midstream capture is wrong', async (t) => {
    const midstream = join(cluster.folder, 'midstream.pcap');
    const half = countPackets(file) / 2;
    cutCapture(file, midstream, ({ index }) => index >= half);
    judge(t, await read([midstream]));
  });
});
