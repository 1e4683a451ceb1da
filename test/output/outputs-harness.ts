/** Outputs without a capture: numbered lines go in, and what they say of themselves is kept. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { OutputSpec } from '../../src/config/output-options.js';
import type { OutputCounts } from '../../src/observe/stats.js';
import type { OutputEvent } from '../../src/output/line-sink.js';
import { openOutputs } from '../../src/output/run-outputs.js';

export interface Harness {
  /** A batch of so many lines, numbered on from the last; false: no output took it. */
  give(lines: number): boolean;
  given(): number;
  /** Batches for which a decoder would still wait. */
  unsettled(): number;
  readonly events: OutputEvent[];
  readonly dead: string[];
  counts(output?: number): OutputCounts;
  reopen(): void;
  change(outputs: readonly OutputSpec[]): Promise<readonly OutputCounts[]>;
  flushed(): Promise<void>;
  end(): Promise<void>;
}

const MIB = 1 << 20;
const LEVELS = ['info', 'warn', 'error'];

/** @param bytes of a line, about */
export async function newHarness(
  outputs: readonly OutputSpec[],
  { live = true, buffer = MIB, bytes = 500 } = {},
): Promise<Harness> {
  const all = await openOutputs({ outputs, outputBuffer: buffer }, live);
  const fill = 'x'.repeat(bytes - 100);
  let next = 0;
  let starts = 0;
  let unsettled = 0;
  const events: OutputEvent[] = [];
  const dead: string[] = [];
  all.setListener({
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
      unsettled++;
      return all.writeBatch(Buffer.from(text), lines, () => unsettled--);
    },
    given: () => next,
    unsettled: () => unsettled,
    events,
    dead,
    counts: (output = 0) => all.counts()[output],
    reopen: all.reopenFiles,
    change: (others) => all.reconfigure({ outputs: others, outputBuffer: buffer }),
    flushed: all.flush,
    end: all.close,
  };
}

/** A folder that is gone when the test file ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'wiretail-output-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Numbered {
  readonly n?: number;
  readonly start?: number;
}

/** The lines of a file, each of which has to be whole. */
export function linesIn(path: string): Numbered[] {
  const text = readFileSync(path, 'utf8');
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error(`${path} ends in half a line`);
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
