/** SIGHUP under traffic: the new configuration applies, and no packet is lost. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createNetns, whyNoNetns } from '../helpers/netns.js';
import { ended, finalStats, startCapture, until } from '../helpers/wiretail.js';
import { PEER, startEchoServer } from './echoes.js';

const PORT = '4730';

const OPTIONS = { skip: whyNoNetns(), timeout: 60000 };
const directory = mkdtempSync(join(tmpdir(), 'wiretail-reload-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('signals before the run starts take effect when it has started', OPTIONS, async () => {
  const netns = createNetns();
  const destination = join(directory, 'late');
  const target = fileURLToPath(new URL('../output/echo-transport.js', import.meta.url));
  const options = JSON.stringify({ destination, late: 1000 });
  const file = join(directory, 'early.ndjson');
  const args = [
    '-i',
    'lo',
    '--output',
    `file:${file}`,
    '--transport',
    target,
    '--transport-options',
    options,
  ];
  const starting = startCapture(netns, args);
  const pid = await until(
    () => existsSync(destination) && Number(readFileSync(destination, 'latin1')),
    () => 'the transport did not start',
  );
  for (const signal of ['SIGUSR2', 'SIGHUP', 'SIGHUP'] as const) process.kill(pid, signal);
  const capture = await starting;
  await until(
    () => capture.stderr().includes('configuration reloaded'),
    () => capture.stderr(),
  );
  assert.equal((await capture.stop()).code, 0);
  const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  assert.match(last, /"output":"file:[^"]*","written":\d+,"dropped":0,"waiting":\d+,"errors":0,"reopened":2/);
  netns.remove();
});

test(
  'SIGHUP applies what can change, reports what needs a restart, refuses an invalid file',
  OPTIONS,
  async () => {
    const netns = createNetns();
    const config = join(directory, 'wiretail.yaml');
    writeFileSync(config, 'dataset: [gearman.packet]\nworkers: 2\n');
    const capture = await startCapture(netns, ['-i', 'lo', '--config', config, '--log-level', 'info']);
    await startEchoServer(netns, PORT);
    // Paced: beyond what can be decoded, packets are dropped with or without SIGHUP.
    const peers = Array.from({ length: 3 }, () =>
      netns.spawn(process.execPath, [PEER, 'paced', '127.0.0.1', PORT, '60000', '1'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const peersEnded = peers.map(ended);
    const packets = () => capture.lines().filter((line) => line.event.dataset === 'gearman.packet').length;
    const reloaded = async (text: string) => {
      const before = capture.stderr().length;
      capture.child.kill('SIGHUP');
      await until(
        () => capture.stderr().slice(before).includes(text),
        () => `not logged: ${text}; ${capture.stderr()}`,
      );
      return capture.stderr().slice(before);
    };
    await until(
      () => packets() > 100,
      () => 'no lines',
    );

    writeFileSync(config, 'dataset: [nonsense]\nworkers: 3\n');
    assert.match(await reloaded('not reloaded'), /wiretail\.yaml:1: dataset: nonsense: expected any of/);
    const before = packets();
    await until(
      () => packets() > before + 100,
      () => 'an invalid file stopped the lines',
    );

    writeFileSync(config, 'dataset: [gluster.fop]\nworkers: 1\nstats-interval: 200ms\n');
    const done = await reloaded('configuration reloaded');
    assert.match(done, /"setting":"dataset".*"applied":true.*dataset changed/);
    assert.match(done, /"setting":"stats-interval".*"applied":true/);
    assert.match(done, /"setting":"workers".*"applied":false.*workers changed but not applied: restart/);
    const intervals = () => capture.lines().filter((line) => line.event.action === 'interval').length;
    // Lines in flight still arrive; then none.
    await until(
      () => intervals() >= 2,
      () => 'no stats lines',
    );
    const last = packets();
    const then = intervals();
    await until(
      () => intervals() >= then + 3,
      () => 'no more stats lines',
    );
    assert.equal(packets(), last);

    const other = join(directory, 'other.ndjson');
    writeFileSync(config, `workers: 2\noutput: [stdout, 'file:${other}']\n`);
    assert.match(await reloaded('configuration reloaded'), /"setting":"output".*"applied":true/);
    await until(
      () => packets() > last + 100,
      () => 'no lines again',
    );
    for (const peer of peers) peer.kill('SIGKILL');
    await Promise.all(peersEnded);
    const { code } = await capture.stop();
    assert.equal(code, 0);
    const { packets: counted, lines } = finalStats(capture.lines());
    assert.equal(counted.dropped, 0, JSON.stringify(counted.dropped_by));
    assert.equal(counted.seen, counted.decoded + counted.ignored);
    assert.equal(lines.dropped + lines.lost, 0, JSON.stringify(lines));
    const written = readFileSync(other, 'utf8').trimEnd().split('\n');
    assert.match(written[0], /"dataset":"wiretail.start","action":"continue"/);
    assert.ok(written.filter((line) => line.includes('"dataset":"gearman.packet"')).length > 100);
    netns.remove();
  },
);
