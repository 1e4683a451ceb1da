// Results of the benches: printed, and recorded for scripts/bench/all and for later benches.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Appends a JSON line to the file that scripts/bench/all and later benches read. */
function note(line: object) {
  const file = process.env.BENCH_RESULTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/**
 * Prints and records whether a target is met.
 * @param target number of the target
 * @param what the measured quantity and its limit
 * @param met undefined if it could not be measured
 */
export function verdict(target: number, what: string, measured: string, met: boolean | undefined) {
  const result = met === undefined ? 'not measured' : met ? 'met' : 'missed';
  console.log(`target ${target}: ${what}: ${measured}: ${result}`);
  note({ target, what, measured, result });
}

/** Records a fact for a later bench. */
export const recordFact = (fact: string, value: number) => note({ fact, value });

/** The last recorded value of a fact. */
export function factFrom(file: string | undefined, fact: string): number | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line)).findLast((line) => line.fact === fact)?.value;
}
