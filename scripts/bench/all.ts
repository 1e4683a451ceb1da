// Runs the bench of each target in turn and writes the table in the README. scripts/bench/all starts it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../test/helpers/project.js';
import { BENCHES } from './lab.js';

/** In the order of the targets; lines.ts needs the rate that live.ts finds. */
const PARTS = [
  { target: 1, script: 'offline', short: '--times 8 --rounds 3', long: '--times 8 --rounds 5' },
  { target: 1, script: 'offline', short: '--packets 1000000 --rounds 1', long: '--packets 1000000' },
  { target: 2, script: 'stages', short: '--times 40 --rounds 1', long: '--times 200' },
  { target: 3, script: 'live', short: '--seconds 6 --precision 1.15 --grace 1', long: '' },
  { target: 4, script: 'bulk', short: '--mib 256 --rounds 1', long: '--rounds 5' },
  // As many packets as in an hour at the default rate.
  { target: 5, script: 'memory', short: '--minutes 8 --rate 40000', long: '--minutes 60' },
  { target: 6, script: 'lines', short: '--seconds 5', long: '' },
];
/** Longest reason shown for a missing measurement, in characters. */
const MOST_REASON = 150;
const BEGIN = '<!-- bench -->';
const END = '<!-- /bench -->';
const README = join(ROOT, 'README.md');

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    print: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const only = values.only?.split(',');
const unknown = only?.find((name) => !PARTS.some(({ script }) => script === name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: expected some of ${PARTS.map(({ script }) => script).join(',')}`);
  process.exit(2);
}

const folder = mkdtempSync(join(os.tmpdir(), 'wiretail-bench-'));
const results = join(folder, 'results');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let running: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The bench cleans up first.
    running?.on('close', () => process.exit(130));
    running?.kill(signal);
    if (running === undefined) process.exit(130);
  });
}

interface Verdict {
  target: number;
  what: string;
  measured: string;
  result: string;
}

function verdicts(): Verdict[] {
  const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n') : [];
  return lines.map((line) => JSON.parse(line)).filter(({ what }) => what !== undefined);
}

/** Why a bench gave no verdict, from its output. */
function reason(out: string, err: string, how: unknown) {
  const find = (text: string, pattern: RegExp) => pattern.exec(text)?.[1];
  return (
    find(out, /^skipped: (.*)$/m) ??
    find(err, /^(?:\w*Error: )(.*)$/m) ??
    find(out, /: not measured: (.*)$/m) ??
    (err.trim().split('\n').at(-1) || `it ended with ${how}`)
  );
}

async function run(script: string, args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const child = spawn(process.execPath, [join(BENCHES, `${script}.js`), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BENCH_RESULTS: results },
  });
  running = child;
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
    process.stdout.write(data);
  });
  child.stderr.on('data', (data) => {
    err += data;
    process.stderr.write(data);
  });
  const code = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  running = undefined;
  return { code, out, err };
}

/** @param rows the first row is the heading */
function markdown(rows: string[][]) {
  // The formatter wants at least three dashes.
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(rows[0]), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join(
    '\n',
  );
}

/** Machine, date, and versions of the measured programs. */
function conditions() {
  const version = (program: string, pattern: RegExp) => {
    const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    return `${program} ${pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'none'}`;
  };
  const cpus = os.cpus();
  const number = /(\d+\.\d+(?:\.\d+)?)/;
  const git = spawnSync('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  const revision = git.status === 0 ? ` (${git.stdout.trim()})` : '';
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
  return [
    `${new Date().toISOString().slice(0, 10)}, wiretail ${own}${revision}, the ${values.long ? 'long' : 'short'} form:`,
    `${cpus.length} x ${cpus[0]?.model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()},`,
    `load ${os.loadavg()[0].toFixed(1)} before the start; Node ${process.versions.node}, ${version('tshark', number)},`,
    `${version('tcpdump', number)}, ${version('tcpreplay', number)}, ${version('glusterfs', number)}.`,
  ].join('\n');
}

const about = conditions();
const rows: string[][] = [['', 'target', 'measured', '', 'command']];
for (const { target, script, short, long } of PARTS) {
  if (only !== undefined && !only.includes(script)) continue;
  const args = values.long ? long : short;
  const command = `\`${`${script} ${args}`.trim()}\``;
  console.log(`\n== ${target}: ${script} ${args}`);
  const before = verdicts().length;
  const { code, out, err } = await run(script, args.split(' ').filter(Boolean));
  const found = verdicts().slice(before);
  for (const { what, measured, result } of found)
    rows.push([String(target), what, measured, result, command]);
  // A bench can succeed without measuring everything.
  if (code !== 0 || found.length === 0 || /^skipped: |: not measured: /m.test(out))
    rows.push([String(target), '', reason(out, err, code).slice(0, MOST_REASON), 'not measured', command]);
}
const table = `${about}\n\n${markdown(rows)}`;
console.log(`\n${table}`);
if (!values.print) {
  const readme = readFileSync(README, 'utf8');
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} with ${END} after it`);
  writeFileSync(README, `${readme.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${readme.slice(end)}`);
}
