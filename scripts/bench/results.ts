// What the benches find: printed, and written down for `scripts/bench/all` and for one another.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What `scripts/bench/all` makes its table of, and what one bench tells another: JSON lines. */
function note(line: object) {
  const file = process.env.BENCH_RESULTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/**
 * Prints how a target was met.
 * @param target its number
 * @param what is measured, and what it must be
 * @param met undefined: it could not be measured
 */
export function verdict(target: number, what: string, measured: string, met: boolean | undefined) {
  const result = met === undefined ? 'not measured' : met ? 'met' : 'missed';
  console.log(`target ${target}: ${what}: ${measured}: ${result}`);
  note({ target, what, measured, result });
}

/** @param fact that another bench needs */
export const tell = (fact: string, value: number) => note({ fact, value });

/**
 * What was told last; undefined: nothing was.
 */
export function factFrom(file: string | undefined, fact: string): number | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line)).findLast((line) => line.fact === fact)?.value;
}
