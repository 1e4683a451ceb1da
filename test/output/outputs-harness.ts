/** Outputs without a capture: numbered lines go in, and what the outputs report is kept. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { OutputSpec } from '../../src/config/output-options.js';
import type { OutputCounts } from '../../src/observe/stats.js';
import type { OutputEvent } from '../../src/output/line-sink.js';
import { openOutputs } from '../../src/output/run-outputs.js';

export interface Harness {
  /** Writes a batch of lines, numbered on from the last. @returns false: no output took it */
  give(lines: number): boolean;
  /** The number of lines given so far. */
  given(): number;
  /** Batches that a decoder would still wait for. */
  unacknowledged(): number;
  readonly events: OutputEvent[];
  /** The actions of the events so far. */
  actions(): string[];
  readonly dead: string[];
  counts(output?: number): OutputCounts;
  reopen(): void;
  reconfigure(outputs: readonly OutputSpec[]): Promise<readonly OutputCounts[]>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const MIB = 1 << 20;
const LEVELS = ['info', 'warn', 'error'];

/** @param lineBytes approximate length of a line */
export async function newHarness(
  specs: readonly OutputSpec[],
  { live = true, buffer = MIB, lineBytes = 500 } = {},
): Promise<Harness> {
  const outputs = await openOutputs({ outputs: specs, outputBuffer: buffer }, live);
  const fill = 'x'.repeat(lineBytes - 100);
  let next = 0;
  let starts = 0;
  let unacknowledged = 0;
  const events: OutputEvent[] = [];
  const dead: string[] = [];
  outputs.setListener({
    startLine: () => `${JSON.stringify({ log: { level: 'info' }, start: ++starts })}\n`,
    onEvent: (event) => events.push(event),
    onDead: (name) => dead.push(name),
  });
  return {
    give(lines) {
      let text = '';
      for (let i = 0; i < lines; i++) {
        const level = LEVELS[next % LEVELS.length];
        const time = `2026-11-22T01:21:04.${String(next).padStart(9, '0')}Z`;
        text += `${JSON.stringify({ log: { level }, '@timestamp': time, n: next++, fill })}\n`;
      }
      unacknowledged++;
      return outputs.writeBatch(Buffer.from(text), lines, () => unacknowledged--);
    },
    given: () => next,
    unacknowledged: () => unacknowledged,
    events,
    actions: () => events.map(({ action }) => action),
    dead,
    counts: (output = 0) => outputs.counts()[output],
    reopen: () => outputs.reopenFiles(),
    reconfigure: (others) => outputs.reconfigure({ outputs: others, outputBuffer: buffer }),
    flush: () => outputs.flush(),
    close: () => outputs.close(),
  };
}

/** A directory that is removed when the test file ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-output-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface NumberedLine {
  readonly n?: number;
  readonly start?: number;
}

/** The lines of a file, each of which must be whole. */
export function linesIn(path: string): NumberedLine[] {
  const text = readFileSync(path, 'utf8');
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error(`${path} ends in a partial line`);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

export function numbersIn(path: string): number[] {
  return linesIn(path).flatMap(({ n }) => (n === undefined ? [] : [n]));
}

export function numbersTo(end: number): number[] {
  return Array.from({ length: end }, (_, n) => n);
}
