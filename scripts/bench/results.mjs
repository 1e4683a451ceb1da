// What the benches find: printed, and written down for `scripts/bench/all` and for one another.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What `scripts/bench/all` makes its table of, and what one bench tells another: JSON lines. */
function note(/** @type {object} */ line) {
  const file = process.env.BENCH_RESULTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/**
 * Prints how a target was met.
 * @param {number} target its number
 * @param {string} what is measured, and what it must be
 * @param {string} measured
 * @param {boolean | undefined} met undefined: it could not be measured
 */
export function verdict(target, what, measured, met) {
  const result = met === undefined ? 'not measured' : met ? 'met' : 'missed';
  console.log(`target ${target}: ${what}: ${measured}: ${result}`);
  note({ target, what, measured, result });
}

/** @param {string} fact that another bench needs @param {number} value */
export const tell = (fact, value) => note({ fact, value });

/**
 * What was told last; undefined: nothing was.
 * @param {string | undefined} file @param {string} fact
 * @returns {number | undefined}
 */
export function factFrom(file, fact) {
  if (file === undefined || !existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line)).findLast((line) => line.fact === fact)?.value;
}
