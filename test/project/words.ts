/**
 * Words that the field's standard terms have replaced. Identifiers are split into words: `tellLoss`, `TELL_LOSS` and
 * `tell-loss` all contain `tell`. Phrases are searched for in all text.
 */

/** Words that no identifier and no file name may contain, each with the term to use instead. */
const RETIRED_IDENTIFIER_WORDS: Readonly<Record<string, string>> = {
  asleep: 'suspended',
  awake: 'active',
  bedtime: 'idle check',
  beginnings: 'prefixes',
  believe: 'commit',
  blind: 'callsMayBeMissing',
  calm: 'recovery hold-down',
  carve: 'subtractRange',
  claimant: 'unacknowledged completion',
  disbelieve: 'reject',
  doubted: 'tentative',
  doubtful: 'uncertain',
  fate: 'verdict',
  forgotten: 'evicted',
  gave: 'deadline reached',
  giveup: 'skipGap',
  heaps: 'gc, heap compaction',
  hear: 'receive',
  heard: 'received',
  hiding: 'redaction',
  hole: 'gap',
  holes: 'gaps',
  hopeless: 'shouldSkipGap, crash-loop limit',
  introduction: 'client identity',
  leaver: 'exiting process',
  lesson: 'path observation',
  linger: 'coalescing delay',
  mistake: 'usage error',
  moment: 'timestamp',
  nameless: 'unresolved gfid',
  outlet: 'line router',
  outside: 'host hooks',
  patience: 'timeout, detection budget',
  precautions: 'restrictPrivileges',
  refute: 'reject',
  relieve: 'enforceMemoryCap',
  remembered: 'memoize',
  rivals: 'conflicting locks, peers',
  said: 'reported, evidence',
  settle: 'resolve',
  stopper: 'shutdown',
  story: 'transaction trace',
  strangers: 'foreign protocols',
  stray: 'orphan',
  tell: 'report',
  tells: 'reports',
  tidy: 'compact',
  tidying: 'compaction',
  told: 'reported',
  unheard: 'replies lost',
  unhold: 'consume',
  woken: 'restored',
};

/** Names that say nothing of what they stand for. */
const RETIRED_NAMES: ReadonlySet<string> = new Set([
  'one',
  'ones',
  'it',
  'who',
  'whom',
  'place',
  'here',
  'there',
  'asked',
]);

/** Names that are not the project's own. */
const FOREIGN_NAMES: ReadonlySet<string> = new Set(['SEEK_HOLE', 'GF_SEEK_HOLE', 'FALLOC_PUNCH_HOLE']);

/** Phrases that no comment, message or document may contain. */
const RETIRED_PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bjoined (?:late|in its middle)\b/i, 'midstream pickup'],
  [/\b(?:falls?|fell|put|goes|went) (?:asleep|to sleep)\b/i, 'is suspended'],
  [/\bshort way\b/i, 'fast path'],
  [/\bplace (?:is|was) lost\b/i, 'loss of sync'],
  [/\bone-sided\b/i, 'asymmetric'],
  [/\bthe one that nobody\b/i, 'least recently used'],
  [/\bgiven up\b/i, 'skipped, timed out'],
  [/\bgives? up\b/i, 'skips, times out'],
  [/\bis told\b/i, 'is reported'],
  [/\bare told\b/i, 'are reported'],
  [/\b(?:was|were|be|been) told\b/i, 'reported'],
  [/\bis a mistake\b/i, 'is an error'],
  [/\bmistakes? of the user\b/i, 'usage error'],
  [/\bstrangers?\b/i, 'foreign protocol'],
  [/\bknocks at\b/i, 'connects to'],
  [/\bcut short\b/i, 'truncated'],
  [/\bgiven out again\b/i, 'reassigned'],
  [/\bwhat holds\b/i, 'effective'],
];

/** Code without comments, strings, templates and regular expressions. */
function identifierText(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/(?<=^|[\s;,({[])\/\/[^\n]*/g, ' ')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/`(?:[^`\\]|\\.)*`/g, '``')
    .replace(/(?<=[=(,:?|&[]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g, '0');
}

function retiredWordsOf(name: string): string[] {
  if (RETIRED_NAMES.has(name)) return [`${name} (name what it stands for)`];
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
  return words
    .map((word) => word.toLowerCase())
    .filter((word) => !FOREIGN_NAMES.has(name) && Object.hasOwn(RETIRED_IDENTIFIER_WORDS, word))
    .map((word) => `${name}: ${word} (use: ${RETIRED_IDENTIFIER_WORDS[word]})`);
}

/** What is wrong with the identifiers of a TypeScript file. */
export function retiredIdentifiers(source: string): string[] {
  const names = new Set(identifierText(source).match(/[A-Za-z_]\w*/g) ?? []);
  return [...names].flatMap(retiredWordsOf);
}

/** What is wrong with the name of a file. */
export function retiredFileName(path: string): string[] {
  const name = path.split('/').at(-1)!;
  return name.split(/[-.]/).flatMap(retiredWordsOf);
}

/** The retired phrases of a text, by line. */
export function retiredPhrases(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      RETIRED_PHRASES.filter(([pattern]) => pattern.test(line)).map(
        ([pattern, standard]) => `${index + 1}: ${pattern.exec(line)![0]} (use: ${standard})`,
      ),
    );
}
