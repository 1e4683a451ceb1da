/** Which lines are written: each option leaves lines out, says how many, and changes no line that stays but its level. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { capturePath } from '../helpers/captures.js';
import { readHere } from '../helpers/read-here.js';

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
  const { code, lines } = await readHere([file, ...args]);
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

/** The lines that the options leave are those of `all` that `is` says yes to. */
async function check(args: readonly string[], reason: string, is: (line: Line) => boolean): Promise<Line[]> {
  const lines = await read(FOPS, ...args);
  const wanted = traffic(all).filter(is);
  assert.ok(wanted.length > 0 && wanted.length < traffic(all).length, `${wanted.length} of ${all.length}`);
  assert.deepEqual(traffic(lines).map(noLevel), wanted.map(noLevel));
  const counted = { unselected: 0, only: 0, sample: 0, [reason]: traffic(all).length - wanted.length };
  assert.deepEqual(leftOut(lines), counted);
  assert.deepEqual(lines.filter(own).slice(0, -1), all.filter(own).slice(0, -1));
  return traffic(lines);
}

suite('what is written', () => {
  test('by default everything, and nothing of it is a warning', async () => {
    assert.deepEqual(leftOut(all), { unselected: 0, only: 0, sample: 0 });
    assert.ok(traffic(all).every((line) => line.log.level === 'info'));
  });

  test('--errors: failures are warnings, those of normal operation are not', async () => {
    const lines = traffic(await read(FOPS, '--errors'));
    assert.equal(lines.length, traffic(all).length);
    for (const line of lines) {
      const unexpected = expected(line) && !/LK$/.test(line.event.action);
      if (unexpected) assert.equal(line.log.level, 'warn', JSON.stringify(line));
      else if (line.event.outcome !== 'failure') assert.equal(line.log.level, 'info');
    }
    assert.ok(lines.some((line) => line.event.outcome === 'failure' && line.log.level === 'info'));
  });

  test('--only errors', async () => {
    const lines = traffic(await read(FOPS, '--only', 'errors'));
    assert.ok(lines.length > 0);
    assert.ok(lines.every((line) => line.log.level === 'warn' && line.event.outcome === 'failure'));
  });

  test('--slow', async () => {
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

  test('--action, with a glob, in any case', async () => {
    await check(['--action', 'write,READ*'], 'unselected', ({ event }) =>
      /^(WRITE|READ.*)$/.test(event.action),
    );
  });

  test('--dataset', async () => {
    await check(
      ['--dataset', 'gluster.handshake'],
      'unselected',
      ({ event }) => event.dataset === 'gluster.handshake',
    );
    const lines = await read(JOBS, '--dataset', 'gluster.*');
    assert.deepEqual(traffic(lines), []);
  });

  test('jobs: by dataset and action, by how they ended, how long they took, and by their worker', async () => {
    const jobs = async (...args: string[]) => traffic(await read(JOBS, '--dataset', 'gearman.job', ...args));
    const every = await jobs();
    assert.equal(every.length, 15);
    const of = (is: (line: Line) => boolean) => every.filter(is).map(noLevel);
    const failed = ({ event }: Line) => event.outcome === 'failure';
    assert.deepEqual((await jobs('--only', 'errors')).map(noLevel), of(failed));
    for (const line of await jobs('--errors')) assert.equal(line.log.level, failed(line) ? 'warn' : 'info');
    const slow = await jobs('--slow', '100ms', '--only', 'slow');
    // Those that have not ended are as slow as they are old.
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

  test('--path', async () => {
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

  test('--client by its address', async () => {
    const ips = new Set(traffic(all).map((line) => line.source?.ip ?? ''));
    const lines = traffic(await read(FOPS, '--client', '203.0.113.1'));
    assert.deepEqual(lines, []);
    for (const ip of ips) assert.ok(traffic(await read(FOPS, '--client', ip)).length > 0);
  });

  test('--sample keeps about one in N, failures always, and whole calls', async () => {
    const lines = traffic(await read(FOPS, '--sample', '1/4'));
    const failures = (list: readonly Line[]) =>
      list.filter((line) => line.event.outcome === 'failure').length;
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
});
