/**
 * Gauges with a value for each label value, such as the jobs of each Gearman function, in shared memory: a table for
 * each decoder. Label values come from the wire, and there may be any number: the first ones keep an entry each for
 * the whole run, the others share one.
 */
import type { LabelledGauges } from '../protocols/module.js';
import type { AdjustGauge } from '../protocols/protocol.js';
import { OTHER } from './call-counts.js';

/** Label values with an entry of their own, in each decoder's table and in what is exported. */
export const LABEL_VALUES = 200;
/** Exported for a label value that was not seen. */
const UNKNOWN = '_unknown';

const NAME_BYTES = 128;
/** The entries behind those of label values. */
const OTHER_ENTRY = LABEL_VALUES;
const UNKNOWN_ENTRY = LABEL_VALUES + 1;

/** 32-bit words of an entry: a value for each gauge, the byte length of the label value, and the label value. */
interface Layout {
  readonly gauges: number;
  readonly length: number;
  readonly name: number;
  readonly entryWords: number;
  readonly tableWords: number;
}

function layoutOf({ metrics }: LabelledGauges): Layout {
  const gauges = metrics.length;
  const name = gauges + 1;
  const entryWords = name + NAME_BYTES / 4;
  return { gauges, length: gauges, name, entryWords, tableWords: (LABEL_VALUES + 2) * entryWords };
}

export function createLabelledGauges(definition: LabelledGauges, tables: number): SharedArrayBuffer {
  return new SharedArrayBuffer(tables * layoutOf(definition).tableWords * 4);
}

/** The writer of one decoder's table. All values restart at 0; label values of a dead decoder keep their entries. */
export function newGaugeWriter(
  definition: LabelledGauges,
  memory: SharedArrayBuffer,
  table: number,
): AdjustGauge {
  const { gauges, length, name, entryWords, tableWords } = layoutOf(definition);
  const words = new Int32Array(memory, table * tableWords * 4, tableWords);
  const bytes = Buffer.from(memory, table * tableWords * 4, tableWords * 4);
  const entries = new Map<string, number>();
  const nameStart = (entry: number) => (entry * entryWords + name) * 4;
  for (let entry = 0; entry < LABEL_VALUES + 2; entry++) {
    const first = entry * entryWords;
    words.fill(0, first, first + gauges);
    const size = words[first + length];
    if (size > 0) entries.set(bytes.toString('utf8', nameStart(entry), nameStart(entry) + size), entry);
  }
  const entryOf = (labelValue: string): number => {
    const found = entries.get(labelValue);
    if (found !== undefined) return found;
    const entry = entries.size;
    if (entry >= LABEL_VALUES || labelValue === '') return OTHER_ENTRY;
    const size = bytes.write(labelValue, nameStart(entry), NAME_BYTES);
    // A truncated name would not be found again.
    if (size < Buffer.byteLength(labelValue)) return OTHER_ENTRY;
    entries.set(labelValue, entry);
    Atomics.store(words, entry * entryWords + length, size);
    return entry;
  };
  return (gauge, labelValue, by) => {
    const entry = labelValue === undefined ? UNKNOWN_ENTRY : entryOf(labelValue);
    words[entry * entryWords + gauge] += by;
  };
}

/** The gauges' values by label value, in the order of LabelledGauges.metrics. */
export type GaugeValues = ReadonlyMap<string, readonly number[]>;

/** Sums the tables of all decoders. What is exported has a bound on label values too. */
export function newGaugeReader(definition: LabelledGauges, memory: SharedArrayBuffer): () => GaugeValues {
  const { gauges, length, name, entryWords, tableWords } = layoutOf(definition);
  const words = new Int32Array(memory);
  const bytes = Buffer.from(memory);
  const exported = new Set<string>();
  return () => {
    const sums = new Map<string, number[]>();
    const add = (labelValue: string, first: number) => {
      const sum = sums.get(labelValue) ?? new Array<number>(gauges).fill(0);
      for (let gauge = 0; gauge < gauges; gauge++) sum[gauge] += words[first + gauge];
      sums.set(labelValue, sum);
    };
    for (let table = 0; table < words.length; table += tableWords) {
      for (let entry = 0; entry < LABEL_VALUES; entry++) {
        const first = table + entry * entryWords;
        const size = Atomics.load(words, first + length);
        if (size === 0) break;
        const nameStart = (first + name) * 4;
        const labelValue = bytes.toString('utf8', nameStart, nameStart + size);
        if (exported.size < LABEL_VALUES) exported.add(labelValue);
        add(exported.has(labelValue) ? labelValue : OTHER, first);
      }
      add(OTHER, table + OTHER_ENTRY * entryWords);
      add(UNKNOWN, table + UNKNOWN_ENTRY * entryWords);
    }
    for (const labelValue of [OTHER, UNKNOWN]) {
      if (sums.get(labelValue)?.every((value) => value === 0)) sums.delete(labelValue);
    }
    return sums;
  };
}
