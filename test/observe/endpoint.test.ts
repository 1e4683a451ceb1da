/** The HTTP endpoint of a made-up run; promtool checks its metrics. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { UserError } from '../../src/config/user-error.js';
import { type CallTotals, OUTCOMES } from '../../src/observe/call-counts.js';
import { counterRow, createCounters, MESSAGES, METRICS } from '../../src/observe/counters.js';
import { type Endpoint, openEndpoint } from '../../src/observe/endpoint.js';
import type { Observed } from '../../src/observe/observed.js';
import { liveStatsOf, statsOf } from '../../src/observe/stats.js';
import { createRing } from '../../src/ring/ring.js';
import { isInstalled } from '../helpers/netns.js';

const counters = createCounters(1);
counterRow(counters, 0)[MESSAGES['gearman.packet']] = 542;
const ring = createRing(1 << 20, 8, 1);
const main = {
  lines: { written: 7, dropped: 0, ofDecoders: 5 },
  outputs: [{ output: 'file:/x', written: 6, dropped: 1, waiting: 3, errors: 2, reopened: 0 }],
  decoderRestarts: 0,
  outOfTime: false,
  clock: { steps: 0, pauses: 0 },
};

const CALLS: CallTotals[] = [
  {
    dataset: 'gluster.fop',
    action: 'WRITE',
    outcomes: [3, 1, 0, 0],
    buckets: [1, 0, 2, ...new Array(14).fill(0), 1],
    sum: 12.5,
  },
  {
    dataset: 'gearman.packet',
    action: 'NOOP',
    outcomes: [0, 0, 0, 9],
    buckets: new Array(18).fill(0),
    sum: 0,
  },
];

const faults: string[] = [];
let notReady: string | undefined;
let onLag: (seconds: number) => void = () => {};
const observed: Observed = {
  version: '1.2.3',
  stats: () => ({ ...statsOf(counters, main, false), ...liveStatsOf(counters, ring, main.clock) }),
  calls: () => CALLS,
  gauges: new Map([['gearman', () => new Map([['a "quoted"\\\nname', [2, 1]]])]]),
  onLag: (seen) => {
    onLag = seen;
  },
  health: () => faults,
  notReady: () => notReady,
};

const endpoints: Endpoint[] = [];
after(() => {
  for (const endpoint of endpoints) endpoint.close();
});

async function open(): Promise<Endpoint> {
  const failed = (error: Error) => assert.fail(error);
  const endpoint = await openEndpoint({ host: '127.0.0.1', port: 0 }, failed);
  endpoints.push(endpoint);
  return endpoint;
}

/** Status and body. */
async function get(endpoint: Endpoint, path: string, method = 'GET'): Promise<[number, string]> {
  const response = await fetch(endpoint.url + path, { method });
  return [response.status, await response.text()];
}

test('before there is a run, the endpoint reports that it is starting', async () => {
  const endpoint = await open();
  assert.deepEqual(await get(endpoint, '/readyz'), [503, 'starting\n']);
  assert.deepEqual(await get(endpoint, '/metrics'), [503, 'starting\n']);
  assert.deepEqual(await get(endpoint, '/healthz'), [200, 'starting\n']);
});

test('only GET and HEAD of known paths are served', async () => {
  const endpoint = await open();
  endpoint.show(observed);
  assert.equal((await get(endpoint, '/metrics?x=1'))[0], 200);
  assert.deepEqual(await get(endpoint, '/metrics', 'HEAD'), [200, '']);
  for (const path of ['/', '/metrics/', '/healthz/x', '//metrics']) {
    assert.equal((await get(endpoint, path))[0], 404, path);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    assert.deepEqual(await get(endpoint, '/metrics', method), [405, 'expected GET or HEAD\n']);
  }
});

test('faults and the reason for not being ready are reported', async () => {
  const endpoint = await open();
  endpoint.show(observed);
  assert.deepEqual(await get(endpoint, '/healthz'), [200, 'ok\n']);
  assert.deepEqual(await get(endpoint, '/readyz'), [200, 'ready\n']);
  faults.push('decoder 0 has made no progress for 7 s', 'the capture has made no progress for 9 s');
  notReady = 'draining';
  assert.deepEqual(await get(endpoint, '/healthz'), [503, `${faults.join('\n')}\n`]);
  assert.deepEqual(await get(endpoint, '/readyz'), [503, 'draining\n']);
  faults.length = 0;
  notReady = undefined;
});

test('an address in use is a usage error', async () => {
  const { port } = new URL((await open()).url);
  await assert.rejects(
    openEndpoint({ host: '127.0.0.1', port: Number(port) }, () => {}),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, `--metrics 127.0.0.1:${port}: another program listens there already`);
      return true;
    },
  );
});

test('idle connections make room for new ones', async () => {
  const endpoint = await open();
  endpoint.show(observed);
  const { port } = new URL(endpoint.url);
  const sockets = await Promise.all(
    Array.from({ length: 16 }, async () => {
      const socket = connect({ host: '127.0.0.1', port: Number(port) });
      socket.on('error', () => {});
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
      return socket;
    }),
  );
  await assert.rejects(get(endpoint, '/healthz'));
  assert.equal((await get(endpoint, '/healthz'))[0], 200);
  for (const socket of sockets) socket.destroy();
});

test('connections beyond the limit are closed', async () => {
  const endpoint = await open();
  endpoint.show(observed);
  const { port } = new URL(endpoint.url);
  const sockets = Array.from({ length: 40 }, () => connect({ host: '127.0.0.1', port: Number(port) }));
  const accepted = new Set(sockets);
  await new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('close', () => {
        accepted.delete(socket);
        if (accepted.size === 16) resolve();
      });
      socket.resume();
    }
  });
  const [connected] = accepted;
  const answer = new Promise<string>((resolve) => {
    connected.once('data', (data) => resolve(String(data)));
  });
  connected.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await answer, /^HTTP\/1\.1 200 OK/);
  for (const socket of sockets) socket.destroy();
});

test('the metrics have the numbers of the run', async () => {
  const endpoint = await open();
  endpoint.show(observed);
  onLag(0.004);
  const [, text] = await get(endpoint, '/metrics');
  const lines = text.split('\n');
  for (const line of [
    'wiretail_build_info{version="1.2.3"} 1',
    'wiretail_lines_total{outcome="written"} 7',
    'wiretail_records_total{dataset="gearman.packet"} 542',
    'wiretail_output_lines_total{output="file:/x",outcome="written"} 6',
    'wiretail_output_lines_total{output="file:/x",outcome="dropped"} 1',
    'wiretail_output_lines_waiting{output="file:/x"} 3',
    'wiretail_output_errors_total{output="file:/x"} 2',
    'wiretail_calls_total{dataset="gluster.fop",action="WRITE",outcome="success"} 3',
    'wiretail_calls_total{dataset="gluster.fop",action="WRITE",outcome="failure"} 1',
    'wiretail_calls_total{dataset="gearman.packet",action="NOOP",outcome="none"} 9',
    'wiretail_call_duration_seconds_bucket{dataset="gluster.fop",action="WRITE",le="0.00005"} 1',
    'wiretail_call_duration_seconds_bucket{dataset="gluster.fop",action="WRITE",le="0.00025"} 3',
    'wiretail_call_duration_seconds_bucket{dataset="gluster.fop",action="WRITE",le="10"} 3',
    'wiretail_call_duration_seconds_bucket{dataset="gluster.fop",action="WRITE",le="+Inf"} 4',
    'wiretail_call_duration_seconds_sum{dataset="gluster.fop",action="WRITE"} 12.5',
    'wiretail_call_duration_seconds_count{dataset="gluster.fop",action="WRITE"} 4',
    'wiretail_gearman_jobs_waiting{function="a \\"quoted\\"\\\\\\nname"} 2',
    'wiretail_gearman_jobs_running{function="a \\"quoted\\"\\\\\\nname"} 1',
    'wiretail_line_lag_seconds_bucket{le="0.005"} 1',
  ]) {
    assert.ok(lines.includes(line), `${line}\n${text}`);
  }
  assert.ok(!text.includes(`outcome="${OUTCOMES[2]}"`), 'an outcome without calls has no series');
});

test('each row with a Prometheus name is exported', async () => {
  const endpoint = await open();
  endpoint.show(observed);
  const [, text] = await get(endpoint, '/metrics');
  const names = new Set(text.split('\n').map((line) => line.split(/[ {]/, 1)[0]));
  for (const { prometheus, key } of METRICS) {
    if (prometheus === undefined) continue;
    assert.ok(names.has(typeof prometheus === 'string' ? prometheus : prometheus.name), key);
  }
});

const skip = isInstalled('promtool') ? false : 'promtool is not installed';
test('promtool accepts the metrics', { skip }, async () => {
  const endpoint = await open();
  endpoint.show(observed);
  const [, text] = await get(endpoint, '/metrics');
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
  const bad = text.replaceAll('wiretail_packets_total', 'wiretail_packets_ms');
  assert.notEqual(spawnSync('promtool', ['check', 'metrics'], { input: bad }).status, 0);
});
