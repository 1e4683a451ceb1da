/** Line selection: each option omits lines, counts them, and changes only the level of the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { readInProcess } from '../helpers/read-in-process.js';

interface Line {
  log: { level: string };
  event: { dataset: string; action: string; outcome?: string; duration?: number };
  source?: { ip: string };
  gluster?: { volume?: string; path?: string; new_path?: string; error?: string };
  wiretail?: { stats?: { lines: { left_out: Record<string, number> }; messages: Record<string, number> } };
}

const FOPS = capturePath('g-fops-all');
const JOBS = capturePath('gm-all');

async function read(file: string, ...args: string[]): Promise<Line[]> {
  const { code, lines } = await readInProcess([file, ...args]);
  assert.equal(code, 0);
  return lines as unknown as Line[];
}

const own = (line: Line) => line.event.dataset.startsWith('wiretail.');
const traffic = (lines: readonly Line[]) => lines.filter((line) => !own(line));
const leftOut = (lines: readonly Line[]) => lines.at(-1)?.wiretail?.stats?.lines.left_out;
const noLevel = (line: Line) => ({ ...line, log: undefined });

const all = await read(FOPS);
const expected = (line: Line) =>
  line.event.outcome === 'failure' &&
  !(line.event.action === 'LOOKUP' && line.gluster?.error === 'ENOENT') &&
  !(line.event.action.endsWith('GETXATTR') && line.gluster?.error === 'ENODATA');

/** Checks that the options select the lines of `all` that match `is`. */
async function check(args: readonly string[], reason: string, is: (line: Line) => boolean): Promise<Line[]> {
  const lines = await read(FOPS, ...args);
  const selected = traffic(all).filter(is);
  assert.ok(
    selected.length > 0 && selected.length < traffic(all).length,
    `${selected.length} of ${all.length}`,
  );
  assert.deepEqual(traffic(lines).map(noLevel), selected.map(noLevel));
  const counted = { unselected: 0, only: 0, sample: 0, [reason]: traffic(all).length - selected.length };
  assert.deepEqual(leftOut(lines), counted);
  assert.deepEqual(lines.filter(own).slice(0, -1), all.filter(own).slice(0, -1));
  return traffic(lines);
}

test('by default every line is written, none as a warning', async () => {
  assert.deepEqual(leftOut(all), { unselected: 0, only: 0, sample: 0 });
  assert.ok(traffic(all).every((line) => line.log.level === 'info'));
});

test('--errors: failures are warnings, except those of normal operation', async () => {
  const lines = traffic(await read(FOPS, '--errors'));
  assert.equal(lines.length, traffic(all).length);
  for (const line of lines) {
    const unexpected = expected(line) && !/LK$/.test(line.event.action);
    if (unexpected) assert.equal(line.log.level, 'warn', JSON.stringify(line));
    else if (line.event.outcome !== 'failure') assert.equal(line.log.level, 'info');
  }
  assert.ok(lines.some((line) => line.event.outcome === 'failure' && line.log.level === 'info'));
});

test('--only errors writes failures only', async () => {
  const lines = traffic(await read(FOPS, '--only', 'errors'));
  assert.ok(lines.length > 0);
  assert.ok(lines.every((line) => line.log.level === 'warn' && line.event.outcome === 'failure'));
});

test('--slow with --only slow writes slow calls as warnings', async () => {
  const times = traffic(all).flatMap((line) => line.event.duration ?? []);
  const median = times.sort((a, b) => a - b)[times.length >> 1];
  const us = Math.floor((median ?? 0) / 1000);
  const lines = await check(
    ['--slow', `${us}us`, '--only', 'slow'],
    'only',
    (line) => (line.event.duration ?? 0) >= us * 1000,
  );
  assert.ok(lines.every((line) => line.log.level === 'warn'));
});

test('--action takes globs in any case', async () => {
  await check(['--action', 'write,READ*'], 'unselected', ({ event }) =>
    /^(WRITE|READ.*)$/.test(event.action),
  );
});

test('--dataset selects datasets', async () => {
  await check(
    ['--dataset', 'gluster.handshake'],
    'unselected',
    ({ event }) => event.dataset === 'gluster.handshake',
  );
  const lines = await read(JOBS, '--dataset', 'gluster.*');
  assert.deepEqual(traffic(lines), []);
});

test('jobs are selected by dataset, action, outcome, duration and worker', async () => {
  const jobs = async (...args: string[]) => traffic(await read(JOBS, '--dataset', 'gearman.job', ...args));
  const every = await jobs();
  assert.equal(every.length, 15);
  const of = (is: (line: Line) => boolean) => every.filter(is).map(noLevel);
  const failed = ({ event }: Line) => event.outcome === 'failure';
  assert.deepEqual((await jobs('--only', 'errors')).map(noLevel), of(failed));
  for (const line of await jobs('--errors')) assert.equal(line.log.level, failed(line) ? 'warn' : 'info');
  const slow = await jobs('--slow', '100ms', '--only', 'slow');
  // An unfinished job is as slow as its age.
  const ended = slow.filter(({ event }) => event.action !== 'unfinished');
  assert.deepEqual(
    ended.map(noLevel),
    of(({ event }) => (event.duration ?? 0) >= 1e8),
  );
  assert.equal(slow.length - ended.length, 4);
  assert.ok(slow.every((line) => line.log.level === 'warn'));
  assert.deepEqual(
    (await jobs('--action', 'work_*')).map(noLevel),
    of(({ event }) => event.action.startsWith('WORK_')),
  );
  assert.equal((await jobs('--client', 'worker-*')).length, 9);
  const kept = await jobs('--sample', '1/3');
  assert.deepEqual(kept.filter(failed).map(noLevel), of(failed));
  assert.ok(kept.length > 3 && kept.length < 15, `${kept.length}`);
  const stuck = await jobs('--stuck', '1s', '--action', 'stuck');
  assert.ok(stuck.length > 0 && stuck.every((line) => line.log.level === 'warn'));
});

test('--path selects by name and by directory', async () => {
  const path = traffic(all).find((line) => /\/[a-z][\w.]*$/.test(line.gluster?.path ?? ''))?.gluster?.path;
  const base = path?.slice(path.lastIndexOf('/') + 1) ?? 'none';
  const ends = (text: string | undefined) => text?.endsWith(`/${base}`) === true;
  await check(
    ['--path', base],
    'unselected',
    ({ gluster }) => ends(gluster?.path) || ends(gluster?.new_path),
  );
  const below = (text: string | undefined) => text === '/dir' || text?.startsWith('/dir/') === true;
  await check(
    ['--path', '/dir/**'],
    'unselected',
    ({ gluster }) => below(gluster?.path) || below(gluster?.new_path),
  );
});

test('--client selects by address', async () => {
  const ips = new Set(traffic(all).map((line) => line.source?.ip ?? ''));
  const lines = traffic(await read(FOPS, '--client', '203.0.113.1'));
  assert.deepEqual(lines, []);
  for (const ip of ips) assert.ok(traffic(await read(FOPS, '--client', ip)).length > 0);
});

test('--sample keeps about one call in N, every failure, and whole calls', async () => {
  const lines = traffic(await read(FOPS, '--sample', '1/4'));
  const failures = (list: readonly Line[]) => list.filter((line) => line.event.outcome === 'failure').length;
  assert.equal(failures(lines), failures(traffic(all)));
  const [kept, of] = [lines.length - failures(lines), traffic(all).length - failures(traffic(all))];
  assert.ok(kept > of / 8 && kept < of / 2, `${kept} of ${of}`);
  const messages = traffic(await read(FOPS, '--sample', '1/4', '--view', 'messages', '--action', 'WRITE'));
  const xids = new Map<string, number>();
  for (const line of messages as unknown as {
    source: object;
    destination: object;
    rpc: { xid: number };
  }[]) {
    const ends = [JSON.stringify(line.source), JSON.stringify(line.destination)].sort().join();
    xids.set(`${ends} ${line.rpc.xid}`, (xids.get(`${ends} ${line.rpc.xid}`) ?? 0) + 1);
  }
  assert.ok(xids.size > 0 && [...xids.values()].every((count) => count === 2));
});
