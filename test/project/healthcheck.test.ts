import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ROOT } from '../helpers/project.js';

interface Process {
  readonly argv: string[];
  readonly state: string;
  readonly uid: number;
}

const HEADER = 'sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n';
const DAEMON: Process = { argv: ['node', '/app/dist/main.js', 'capture'], state: 'S (sleeping)', uid: 4730 };

/** Runs the check on a synthetic procfs with packet sockets of the given users. */
function check(context: TestContext, processes: Process[], socketUsers: number[]) {
  const proc = mkdtempSync(join(tmpdir(), 'wiretail-proc-'));
  context.after(() => rmSync(proc, { recursive: true }));
  processes.forEach(({ argv, state, uid }, index) => {
    const folder = join(proc, String(index + 1));
    mkdirSync(folder);
    writeFileSync(join(folder, 'cmdline'), argv.map((word) => `${word}\0`).join(''));
    writeFileSync(
      join(folder, 'status'),
      `Name:\tnode\nState:\t${state}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`,
    );
  });
  mkdirSync(join(proc, 'net'));
  const lines = socketUsers.map((uid) => `0000000000000000 3      3    0003   2     1 0      ${uid}   88\n`);
  writeFileSync(join(proc, 'net/packet'), HEADER + lines.join(''));
  const run = spawnSync(process.execPath, [`${ROOT}scripts/docker-healthcheck.mjs`, proc], {
    encoding: 'utf8',
  });
  return { code: run.status, output: run.stdout.trim() };
}

test('healthy: the daemon runs and its user holds packet sockets', (context) => {
  const init: Process = { argv: ['/sbin/docker-init', '--', 'wiretail'], state: 'S (sleeping)', uid: 4730 };
  assert.deepEqual(check(context, [init, DAEMON], [0, 4730, 4730]), {
    code: 0,
    output: 'capturing on 2 packet sockets',
  });
});

test('unhealthy: the daemon does not run, or is a zombie', (context) => {
  const expected = { code: 1, output: 'wiretail is not running' };
  assert.deepEqual(check(context, [], [4730]), expected);
  assert.deepEqual(check(context, [{ ...DAEMON, state: 'Z (zombie)' }], [4730]), expected);
});

test('unhealthy: the daemon runs, but does not capture', (context) => {
  const expected = { code: 1, output: 'wiretail is not capturing: it holds no packet socket' };
  assert.deepEqual(check(context, [DAEMON], []), expected);
  assert.deepEqual(check(context, [DAEMON], [0]), expected, "another user's");
});
