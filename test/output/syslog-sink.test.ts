/** Syslog messages as a real rsyslog parses them, over TCP, UDP and a Unix socket, and across its restart. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SyslogAddress } from '../../src/config/output-options.js';
import { isInstalled, start } from '../helpers/netns.js';
import { until } from '../helpers/wiretail.js';
import { newHarness, numbersTo, temporaryDirectory } from './outputs-harness.js';

const skip = isInstalled('rsyslogd') ? false : 'rsyslogd is not installed';
const directory = temporaryDirectory();
const socket = join(directory, 'log');
const LOCAL3 = 19;
const INPUTS = ['tcp', 'udp', 'unix'] as const;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const outputOf = (input: string) => join(directory, `from-${input}`);

function configure(port: number): string {
  const rules = INPUTS.map(
    (input) =>
      `ruleset(name="${input}") { action(type="omfile" file="${outputOf(input)}" template="parts") }`,
  );
  const config = join(directory, 'rsyslog.conf');
  const parts =
    '%pri% %protocol-version% %timestamp:::date-rfc3339% %hostname% %app-name% %procid% %msgid% %structured-data% %msg%';
  writeFileSync(
    config,
    `global(workDirectory="${directory}" maxMessageSize="64k")
module(load="imtcp") module(load="imudp") module(load="imuxsock" SysSock.Use="off")
template(name="parts" type="string" string="${parts}\\n")
${rules.join('\n')}
input(type="imtcp" port="${port}" address="127.0.0.1" ruleset="tcp")
input(type="imudp" port="${port}" address="127.0.0.1" ruleset="udp" rcvbufSize="4m")
input(type="imuxsock" Socket="${socket}" UseSpecialParser="off" IgnoreTimestamp="off" RateLimit.Interval="0" ruleset="unix")
`,
  );
  return config;
}

const pidFile = join(directory, 'pid');
let stderr = '';

async function startRsyslog(config: string) {
  const child = start('rsyslogd', ['-n', '-f', config, '-i', pidFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  // rsyslogd writes the file once its inputs are open.
  await until(
    () => existsSync(pidFile),
    () => `rsyslogd did not start: ${stderr}`,
  );
  return {
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

const linesFrom = (input: string) =>
  existsSync(outputOf(input)) ? readFileSync(outputOf(input), 'utf8').split('\n').slice(0, -1) : [];

const PARTS = /^(\d+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (\{.*\})$/;

test('messages follow RFC 5424, and those sent while rsyslog is down arrive later', { skip }, async (t) => {
  const port = await freePort();
  const config = configure(port);
  let rsyslog = await startRsyslog(config);
  const to: Record<(typeof INPUTS)[number], SyslogAddress> = {
    tcp: { protocol: 'tcp', host: 'localhost', port },
    udp: { protocol: 'udp', host: '127.0.0.1', port },
    unix: { protocol: 'unix', path: socket },
  };
  const outputs = await newHarness(
    INPUTS.map((input) => ({ kind: 'syslog', name: input, to: to[input], facility: LOCAL3 })),
    { lineBytes: 3000 },
  );
  t.after(outputs.close);
  for (let i = 0; i < 4; i++) {
    outputs.give(25);
    await outputs.flush();
  }
  for (const input of INPUTS) {
    await until(
      () => linesFrom(input).length >= 100,
      () => `${input}: ${linesFrom(input).length} lines; ${stderr}`,
    );
    const seen: number[] = [];
    for (const line of linesFrom(input)) {
      const [, pri, version, time, host, app, pid, msgid, data, message] = PARTS.exec(line) ?? [];
      const { n, log, ...record } = JSON.parse(message) as {
        n: number;
        log: { level: 'info' | 'warn' | 'error' };
        '@timestamp': string;
      };
      seen.push(n);
      const severity = { info: 6, warn: 4, error: 3 }[log.level];
      assert.deepEqual(
        [pri, version, host, app, pid, msgid, data],
        [`${LOCAL3 * 8 + severity}`, '1', hostname(), 'wiretail', `${process.pid}`, '-', '-'],
      );
      assert.equal(time, `${record['@timestamp'].slice(0, 26)}Z`);
    }
    assert.deepEqual(seen, numbersTo(100), input);
  }

  await rsyslog.stop();
  await until(
    () => outputs.events.some(({ output }) => output === 'tcp'),
    () => 'TCP did not notice that rsyslogd is gone',
  );
  for (let i = 0; i < 10; i++) {
    outputs.give(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  rsyslog = await startRsyslog(config);
  await until(
    () => INPUTS.every((_, i) => outputs.counts(i).waiting === 0),
    () => `lines still wait: ${INPUTS.map((_, i) => JSON.stringify(outputs.counts(i)))}`,
    30000,
  );
  await outputs.close();
  for (const [i, input] of INPUTS.entries()) {
    const failed = outputs.events.filter(
      ({ action, output }) => action === 'output_failed' && output === input,
    );
    assert.ok(failed.length > 0, input);
    const { written, dropped } = outputs.counts(i);
    assert.deepEqual([written, dropped], [110, 0], input);
    // UDP loses datagrams that the kernel takes before it knows that nobody listens; the others lose none.
    const least = input === 'udp' ? 105 : 110;
    await until(
      () => linesFrom(input).length >= least,
      () => `${input}: ${linesFrom(input).length} lines after the restart`,
    );
  }
  await rsyslog.stop();
});
