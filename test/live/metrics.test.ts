/** A live capture's stats lines and metrics; a real Prometheus scrapes it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { recordSchema } from '../../src/protocols/decoders.js';
import { createNetns, isInstalled, type Netns, whyNoNetns } from '../helpers/netns.js';
import { ended, type Line, startCapture, until } from '../helpers/wiretail.js';
import { PEER, startEchoServer } from './echoes.js';

const METRICS = '127.0.0.1:9732';
const PROMETHEUS = '127.0.0.1:9090';

type Numbers = { readonly [name: string]: number | Numbers };

interface Stats {
  readonly change: Numbers;
  readonly [name: string]: Numbers | number;
}

const statsOf = (line: Line) => (line.wiretail as { stats: Stats }).stats;

/** Adds up changes by their paths; names may have dots. */
function add(sum: Record<string, number>, change: Numbers, path = ''): Record<string, number> {
  for (const [name, value] of Object.entries(change)) {
    if (typeof value === 'number') sum[path + name] = (sum[path + name] ?? 0) + value;
    else add(sum, value, `${path}${name}/`);
  }
  return sum;
}

function valueAt(stats: Stats, path: string): number {
  let at: Numbers | number | undefined = stats;
  for (const name of path.split('/')) at = (at as Numbers | undefined)?.[name];
  return Number(at);
}

suite('the metrics of a live capture', { skip: whyNoNetns(), timeout: 60000 }, () => {
  let netns: Netns;
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-metrics-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  before(async () => {
    netns = createNetns();
    await startEchoServer(netns, '4730');
  });

  /** GET within the namespace. @returns the body; undefined: no response */
  const get = async (url: string): Promise<string | undefined> => {
    const script = `fetch(${JSON.stringify(url)}).then((r) => r.text()).then((t) => process.stdout.write(t), () => {})`;
    const child = netns.spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    await ended(child);
    return text === '' ? undefined : text;
  };

  const echoes = async (count: number) => {
    const args = [PEER, 'paced', '127.0.0.1', '4730', String(count), '1'];
    await ended(netns.spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  };

  test('stats lines have changes, lag and memory; /metrics has the same numbers', async (t) => {
    const scraped = isInstalled('prometheus');
    if (scraped) {
      const config = join(directory, 'prometheus.yml');
      writeFileSync(
        config,
        `global: { scrape_interval: 250ms, scrape_timeout: 250ms }\nscrape_configs: [{ job_name: w, static_configs: [{ targets: ['${METRICS}'] }] }]\n`,
      );
      const args = [`--config.file=${config}`, `--storage.tsdb.path=${directory}/tsdb`];
      netns.spawn('prometheus', [...args, `--web.listen-address=${PROMETHEUS}`], { stdio: 'ignore' });
    } else t.diagnostic('prometheus is not installed: its scrape is not tested');

    const capture = await startCapture(netns, [
      ...['-i', 'lo', '--metrics', METRICS, '--stats-interval', '300ms'],
      ...['-f', 'tcp port 4730', '--dataset', 'gearman.packet', '--sample', '1/1000000'],
    ]);
    await until(
      () => capture.stderr().includes('"url":"http://127.0.0.1:9732"'),
      () => `metrics are not served; ${capture.stderr()}`,
    );
    assert.equal(await get(`http://${METRICS}/readyz`), 'ready\n');
    await echoes(200);
    const metrics = async () => String(await get(`http://${METRICS}/metrics`));
    const requests = 'wiretail_calls_total{dataset="gearman.packet",action="ECHO_REQ",outcome="none"} 200\n';
    const responses =
      'wiretail_calls_total{dataset="gearman.packet",action="ECHO_RES",outcome="success"} 200\n';
    let text = '';
    while (!text.includes(requests) || !text.includes(responses)) {
      text = await metrics();
      await sleep(100);
    }
    const duration = 'wiretail_call_duration_seconds_count{dataset="gearman.packet",action="ECHO_RES"} 200\n';
    assert.ok(text.includes(duration), text);
    assert.equal(await get(`http://${METRICS}/healthz`), 'ok\n');

    if (scraped) {
      const query = encodeURIComponent('wiretail_calls_total{action="ECHO_RES"}');
      const value = async () => {
        const answer = await get(`http://${PROMETHEUS}/api/v1/query?query=${query}`);
        if (answer === undefined || !answer.startsWith('{')) return undefined;
        return JSON.parse(answer).data.result[0]?.value[1] as string | undefined;
      };
      while ((await value()) !== '200') await sleep(100);
      const up = JSON.parse(String(await get(`http://${PROMETHEUS}/api/v1/targets`))).data.activeTargets[0];
      assert.deepEqual([up.health, up.lastError], ['up', '']);
    }

    const { code } = await capture.stop();
    assert.equal(code, 0, capture.stderr());
    const lines = capture.lines().filter(({ event }) => event.dataset === 'wiretail.stats');
    assert.ok(lines.length > 2);
    const validate = new Ajv2020({ strictTypes: false }).compile(recordSchema());
    for (const line of lines) assert.ok(validate(line), JSON.stringify(validate.errors));

    const changes = lines.reduce<Record<string, number>>((sum, line) => add(sum, statsOf(line).change), {});
    const final = statsOf(lines[lines.length - 1]);
    const { interval, ...counted } = changes;
    assert.ok(interval > 0);
    for (const [path, sum] of Object.entries(counted)) assert.equal(sum, valueAt(final, path), path);
    assert.equal(counted['messages/gearman.packet'], 400);
    assert.ok(counted['lines/left_out/sample'] > 350, 'most are not written, and counted all the same');
    assert.ok(counted['cpu/user'] > 0);
    for (const line of lines) {
      const { memory, ring } = statsOf(line) as unknown as Record<'memory' | 'ring', Record<string, number>>;
      assert.ok(memory.rss > memory.heap && memory.heap > 1 << 20 && memory.array_buffers > 1 << 20);
      assert.ok(ring.recent_peak >= 1 && ring.recent_peak <= ring.peak);
    }
  });

  test('the lag of written lines is measured', async () => {
    const capture = await startCapture(netns, [
      '-i',
      'lo',
      '-f',
      'tcp port 4730',
      '--stats-interval',
      '200ms',
    ]);
    await echoes(20);
    const { lag } = statsOf(
      await capture.line(({ wiretail }) => {
        const { stats } = (wiretail ?? {}) as { stats?: Stats };
        return stats?.lag !== undefined;
      }, 'a stats line with lag'),
    ) as unknown as { lag: Record<string, number> };
    await capture.stop();
    assert.ok(lag.batches > 0 && lag.mean <= lag.max && lag.p99 <= lag.max, JSON.stringify(lag));
    // Neither negative nor as large as with a wrong clock or unit.
    assert.ok(lag.max >= 1000 && lag.max < 20e9, JSON.stringify(lag));
  });
});
