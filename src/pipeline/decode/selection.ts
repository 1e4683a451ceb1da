/**
 * Selects which records become lines and which of those are warnings (config/select-options.ts). Records that are left out
 * are counted. wiretail's own records (wiretail.*) are always written: they report what was not seen.
 */
import picomatch from 'picomatch';
import type { Select } from '../../config/select-options.js';
import { SUBJECTS } from '../../protocols/decoders.js';
import type { RecordSubjects } from '../../protocols/module.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import { hashedGlob, newNameHash } from '../../records/name-hash.js';
import type { RecordBody, Sections } from '../../records/record.js';

/** The client of a record's connection: its address, and a number that differs between connections. */
export interface Caller {
  readonly address: string;
  readonly salt: number;
}

/** Whether the record becomes a line. Raises the level of slow and failed calls as configured. */
export type Selection = (body: RecordBody, caller: Caller) => boolean;

type Matcher = (text: string) => boolean;

/** Names may contain any character, newlines too. */
const GLOB_OPTIONS = { dot: true, flags: 's' } as const;

/** Longest name of a volume, client or host (HOST_NAME_MAX, NAME_MAX). */
const MAX_NAME_LENGTH = 255;

/** Longer texts never match: a pattern with stars takes time quadratic in their length. */
function matcher(globs: readonly string[]): Matcher | undefined {
  if (globs.length === 0) return undefined;
  const matches = picomatch([...globs], GLOB_OPTIONS);
  return (text) => text.length <= MAX_NAME_LENGTH && matches(text);
}

/**
 * A pattern without a slash matches the last component, any other the whole path. picomatch's `basename` applies to all
 * its patterns, so each pattern gets a matcher of its own.
 */
function pathMatcher(globs: readonly string[]): Matcher | undefined {
  if (globs.length === 0) return undefined;
  const matchers = globs.map((glob) => picomatch(glob, { ...GLOB_OPTIONS, basename: !glob.includes('/') }));
  return (path) => matchers.some((matches) => matches(path));
}

/** Of all protocols: a record has only its own protocol's sections. */
const subjectsOf = (subject: keyof RecordSubjects) => (sections: Sections) =>
  SUBJECTS.flatMap((protocol) => protocol[subject]?.(sections) ?? []).filter(
    (text) => typeof text === 'string',
  );

const clientsOf = subjectsOf('clients');
const volumesOf = subjectsOf('volumes');
const pathsOf = subjectsOf('paths');

/** A hash of a call's and its connection's number, so that a sample is not made of consecutive calls. */
function hashCall(key: number, salt: number): number {
  let h = Math.imul(key ^ salt, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

class RecordSelection {
  private readonly criteria: Select;
  private readonly counters: CounterRow;
  private readonly dataset: Matcher | undefined;
  private readonly action: Matcher | undefined;
  private readonly client: Matcher | undefined;
  private readonly volume: Matcher | undefined;
  private readonly path: Matcher | undefined;

  constructor(criteria: Select, counters: CounterRow, redactKey: string | undefined) {
    this.criteria = criteria;
    this.counters = counters;
    this.dataset = matcher(criteria.datasets);
    this.action = matcher(criteria.actions);
    this.client = matcher(criteria.clients);
    this.volume = matcher(criteria.volumes);
    const hash = redactKey === undefined ? undefined : newNameHash(redactKey);
    this.path = pathMatcher(
      hash === undefined ? criteria.paths : criteria.paths.map((glob) => hashedGlob(glob, hash)),
    );
  }

  /** Every record is selected, and no level raised. */
  selectsAll(): boolean {
    const { slow, errors, only, sample } = this.criteria;
    const matchers = [this.dataset, this.action, this.client, this.volume, this.path];
    const matchesAll = matchers.every((matches) => matches === undefined);
    return matchesAll && slow === undefined && !errors && only.length === 0 && sample === 1;
  }

  select(body: RecordBody, caller: Caller): boolean {
    if (body.dataset.startsWith('wiretail.')) return true;
    const { slow, errors, only, sample } = this.criteria;
    const isSlow = slow !== undefined && (body.duration ?? body.age ?? -1) >= slow;
    const isError = body.outcome === 'failure' && body.expected !== true;
    if (body.level === 'info' && (isSlow || (errors && isError))) body.level = 'warn';
    if (!this.matches(body, caller)) {
      this.counters[Counter.lines_left_out_unselected]++;
      return false;
    }
    const isOnly = (isSlow && only.includes('slow')) || (isError && only.includes('errors'));
    if (only.length > 0 && !isOnly) {
      this.counters[Counter.lines_left_out_only]++;
      return false;
    }
    const isKept = sample === 1 || body.outcome === 'failure' || body.level !== 'info';
    if (!isKept && hashCall(body.callKey ?? 0, caller.salt) % sample !== 0) {
      this.counters[Counter.lines_left_out_sample]++;
      return false;
    }
    return true;
  }

  private matches({ dataset, action, sections }: RecordBody, { address }: Caller): boolean {
    const { client, volume, path } = this;
    if (this.dataset !== undefined && !this.dataset(dataset)) return false;
    if (this.action !== undefined && !this.action(action.toUpperCase())) return false;
    if (client === undefined && volume === undefined && path === undefined) return true;
    if (client !== undefined && !client(address) && !clientsOf(sections).some(client)) return false;
    if (volume !== undefined && !volumesOf(sections).some(volume)) return false;
    return path === undefined || pathsOf(sections).some(path);
  }
}

/** @param redactKey the key with which records have their paths hashed; undefined: paths are shown */
export function newSelection(criteria: Select, counters: CounterRow, redactKey?: string): Selection {
  const selection = new RecordSelection(criteria, counters, redactKey);
  return selection.selectsAll() ? () => true : (body, caller) => selection.select(body, caller);
}
