/**
 * Gearman jobs that wait and run, by function: in shared memory, a table for each decoder. Functions have names from the
 * wire, of which there may be any number: the first ones that are seen have a place of their own for the whole run, the
 * others share one.
 */
import { OTHER } from './call-counts.js';

/** Functions with a place of their own, in each decoder and in what is shown of all. */
export const FUNCTIONS = 200;
/** Jobs whose function was not seen. */
const UNKNOWN = '_unknown';

const NAME_BYTES = 128;
/** Words of an entry before its name: jobs that wait, that run, bytes of the name. */
const WORDS = 3;
const Waiting = 0;
const Running = 1;
const Length = 2;
const ENTRY_WORDS = WORDS + NAME_BYTES / 4;
/** The entries behind those of functions. */
const OtherEntry = FUNCTIONS;
const UnknownEntry = FUNCTIONS + 1;
const TABLE_WORDS = (FUNCTIONS + 2) * ENTRY_WORDS;

export function createFunctionGauges(tables: number): SharedArrayBuffer {
  return new SharedArrayBuffer(tables * TABLE_WORDS * 4);
}

/** So many more jobs of a function (undefined: not known) wait and run. */
export type MoveJobs = (name: string | undefined, waiting: number, running: number) => void;

/** What one decoder counts with. Its predecessor's jobs are forgotten, the names keep their places. */
export function newFunctionGauges(memory: SharedArrayBuffer, table: number): MoveJobs {
  const words = new Int32Array(memory, table * TABLE_WORDS * 4, TABLE_WORDS);
  const bytes = Buffer.from(memory, table * TABLE_WORDS * 4, TABLE_WORDS * 4);
  const entries = new Map<string, number>();
  const nameAt = (entry: number) => (entry * ENTRY_WORDS + WORDS) * 4;
  for (let entry = 0; entry < FUNCTIONS + 2; entry++) {
    const at = entry * ENTRY_WORDS;
    words[at + Waiting] = 0;
    words[at + Running] = 0;
    const length = words[at + Length];
    if (length > 0) entries.set(bytes.toString('utf8', nameAt(entry), nameAt(entry) + length), entry);
  }
  const entryOf = (name: string): number => {
    const found = entries.get(name);
    if (found !== undefined) return found;
    const entry = entries.size;
    if (entry >= FUNCTIONS || name === '') return OtherEntry;
    const length = bytes.write(name, nameAt(entry), NAME_BYTES);
    // Longer than an entry: it would not be found by what there is of it.
    if (length < Buffer.byteLength(name)) return OtherEntry;
    entries.set(name, entry);
    Atomics.store(words, entry * ENTRY_WORDS + Length, length);
    return entry;
  };
  return (name, waiting, running) => {
    const at = (name === undefined ? UnknownEntry : entryOf(name)) * ENTRY_WORDS;
    words[at + Waiting] += waiting;
    words[at + Running] += running;
  };
}

export interface FunctionJobs {
  readonly waiting: number;
  readonly running: number;
}

/** What reads the tables of all decoders, and has a bound on functions too. */
export function newFunctionReader(memory: SharedArrayBuffer): () => ReadonlyMap<string, FunctionJobs> {
  const words = new Int32Array(memory);
  const bytes = Buffer.from(memory);
  const shown = new Set<string>();
  return () => {
    const sums = new Map<string, { waiting: number; running: number }>();
    const add = (name: string, at: number) => {
      const sum = sums.get(name) ?? { waiting: 0, running: 0 };
      sum.waiting += words[at + Waiting];
      sum.running += words[at + Running];
      sums.set(name, sum);
    };
    for (let table = 0; table < words.length; table += TABLE_WORDS) {
      for (let entry = 0; entry < FUNCTIONS; entry++) {
        const at = table + entry * ENTRY_WORDS;
        const length = Atomics.load(words, at + Length);
        if (length === 0) break;
        const name = bytes.toString('utf8', (at + WORDS) * 4, (at + WORDS) * 4 + length);
        if (shown.size < FUNCTIONS) shown.add(name);
        add(shown.has(name) ? name : OTHER, at);
      }
      add(OTHER, table + OtherEntry * ENTRY_WORDS);
      add(UNKNOWN, table + UnknownEntry * ENTRY_WORDS);
    }
    for (const name of [OTHER, UNKNOWN]) {
      const sum = sums.get(name);
      if (sum?.waiting === 0 && sum.running === 0) sums.delete(name);
    }
    return sums;
  };
}
