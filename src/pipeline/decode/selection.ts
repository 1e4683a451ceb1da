/**
 * Which records become lines, and which of those are warnings (config/select-options.ts). What is left out is
 * counted. wiretail's own lines (wiretail.*) are always written: what was not seen is not left unsaid.
 */
import picomatch from 'picomatch';
import type { Select } from '../../config/select-options.js';
import { SUBJECTS } from '../../protocols/decoders.js';
import type { RecordSubjects } from '../../protocols/module.js';
import { Counter, type CounterRow } from '../../records/counters.js';
import { hashedGlob, newNameHash } from '../../records/name-hash.js';
import type { RecordBody, Sections } from '../../records/record.js';

/** Whose client the record's connection has: its address as text, and numbers that tell connections apart. */
export interface Caller {
  readonly address: string;
  readonly salt: number;
}

/** Raises the record's level where it deserves it, and says whether it is to be written. */
export type Selection = (body: RecordBody, caller: Caller) => boolean;

type Matcher = (text: string) => boolean;

/** Names may have any character, newlines too. */
const Globs = { dot: true, flags: 's' } as const;

/** Characters of a volume's, client's or host's name (HOST_NAME_MAX, NAME_MAX). */
const NameLimit = 255;

/** Longer ones are no name, and a pattern with stars takes time by the square of their length. */
function matcher(globs: readonly string[]): Matcher | undefined {
  if (globs.length === 0) return undefined;
  const matches = picomatch([...globs], Globs);
  return (text) => text.length <= NameLimit && matches(text);
}

/**
 * A pattern without a slash is about the last name, another about the whole path. picomatch's `basename` makes each be
 * about the last name, so that it is said for each pattern.
 */
function pathMatcher(globs: readonly string[]): Matcher | undefined {
  if (globs.length === 0) return undefined;
  const matchers = globs.map((glob) => picomatch(glob, { ...Globs, basename: !glob.includes('/') }));
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

/** Well-mixed bits of a call's number and its connection's, so that calls in a row are not chosen in a row. */
function mixed(key: number, salt: number): number {
  let h = Math.imul(key ^ salt, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

/** @param redactKey with which the paths of records are hashed; undefined: they are as they are */
export function newSelection(select: Select, counters: CounterRow, redactKey?: string): Selection {
  const { slow, errors, only, sample } = select;
  const dataset = matcher(select.datasets);
  const action = matcher(select.actions);
  const client = matcher(select.clients);
  const volume = matcher(select.volumes);
  const hash = redactKey === undefined ? undefined : newNameHash(redactKey);
  const path = pathMatcher(
    hash === undefined ? select.paths : select.paths.map((glob) => hashedGlob(glob, hash)),
  );
  const onlySlow = only.includes('slow');
  const onlyErrors = only.includes('errors');

  const isChosen = (body: RecordBody, { address }: Caller): boolean => {
    if (dataset !== undefined && !dataset(body.dataset)) return false;
    if (action !== undefined && !action(body.action.toUpperCase())) return false;
    if (client === undefined && volume === undefined && path === undefined) return true;
    const { sections } = body;
    if (client !== undefined && !client(address) && !clientsOf(sections).some(client)) return false;
    if (volume !== undefined && !volumesOf(sections).some(volume)) return false;
    return path === undefined || pathsOf(sections).some(path);
  };

  const all = path === undefined && client === undefined && volume === undefined && dataset === undefined;
  // As it is by default: nothing to look at.
  if (all && action === undefined && slow === undefined && !errors && only.length === 0 && sample === 1) {
    return () => true;
  }
  return (body, caller) => {
    if (body.dataset.startsWith('wiretail.')) return true;
    const isSlow = slow !== undefined && (body.duration ?? body.age ?? -1) >= slow;
    const isError = body.outcome === 'failure' && body.expected !== true;
    if (body.level === 'info' && (isSlow || (errors && isError))) body.level = 'warn';
    if (!isChosen(body, caller)) {
      counters[Counter.lines_left_out_unselected]++;
      return false;
    }
    if (only.length > 0 && !(onlySlow && isSlow) && !(onlyErrors && isError)) {
      counters[Counter.lines_left_out_only]++;
      return false;
    }
    const isKept = sample === 1 || body.outcome === 'failure' || body.level !== 'info';
    if (!isKept && mixed(body.callKey ?? 0, caller.salt) % sample !== 0) {
      counters[Counter.lines_left_out_sample]++;
      return false;
    }
    return true;
  };
}
