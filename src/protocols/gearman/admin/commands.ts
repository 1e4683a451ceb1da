/**
 * The commands of the text protocol, and the parser of a command line.
 * Sources: gearmand's libgearman-server/text.cc (commands and responses) and plugins/protocol/gear/protocol.cc (how a
 * line is split into words).
 */
import { ascii, hex } from '../../text.js';
import { type Fields, putText } from '../fields.js';

/** Names of the columns of a row. All but the first are counts. */
export type Columns = readonly string[];

/**
 * The form of a response: one line (`value`: the field after OK), or rows up to a line with a single dot: columns
 * separated by tabs, workers in a form of their own, or one name a row.
 */
export type ResponseForm =
  | { readonly kind: 'line'; readonly value?: string }
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'workers' }
  | { readonly kind: 'names'; readonly name: string }
  /** For unknown commands: one line if the response starts with OK or ERR, else rows. */
  | { readonly kind: 'any' };

export interface AdminCommand {
  readonly name: string;
  readonly words: readonly string[];
  readonly form: ResponseForm;
  /** The noun for its rows, for the sentence. */
  readonly rows?: string;
}

function command(name: string, form: ResponseForm, rows?: string): AdminCommand {
  return { name, words: name.split(' '), form, ...(rows === undefined ? {} : { rows }) };
}

const LINE: ResponseForm = { kind: 'line' };
const columns = (...names: string[]): ResponseForm => ({ kind: 'columns', columns: names });

/** Longer names first: the first match wins. */
const COMMANDS: readonly AdminCommand[] = [
  command('show unique jobs', { kind: 'names', name: 'unique_ids' }, 'unique ids'),
  command('show jobs', columns('handle', 'retries', 'ignored', 'queued'), 'jobs'),
  command('cancel job', LINE),
  command('create function', LINE),
  command('drop function', LINE),
  command('status', columns('function', 'total', 'running', 'workers'), 'functions'),
  command('prioritystatus', columns('function', 'high', 'normal', 'low', 'workers'), 'functions'),
  command('workers', { kind: 'workers' }, 'workers'),
  command('maxqueue', LINE),
  command('version', { kind: 'line', value: 'version' }),
  command('verbose', { kind: 'line', value: 'verbose' }),
  command('getpid', { kind: 'line', value: 'pid' }),
  // In gearmand 1.1.9, with an optional "graceful"; no longer in 1.1.20.
  command('shutdown', LINE),
];

/** event.action of text commands, and of a response whose command was not captured. */
export const ADMIN_NAMES: readonly string[] = [...COMMANDS.map(({ name }) => name), 'response'];

export const ANY_FORM: ResponseForm = { kind: 'any' };

/** Limits: logged words of a line, and bytes of a command's name used as the action. */
const WORDS_LIMIT = 64;
const ACTION_LIMIT = 64;

export interface CommandLine {
  /** The name in the table, or the first word in lower case. */
  readonly name: string;
  readonly known: boolean;
  readonly form: ResponseForm;
  readonly rows: string | undefined;
  /** `command` and `arguments`. The response adds its fields. */
  readonly fields: Fields;
}

interface Word {
  readonly start: number;
  readonly end: number;
}

/**
 * The words of a line, separated by one or more blanks. A leading or trailing blank separates an empty word, which
 * counts: for gearmand "show jobs " is an error.
 */
function splitWords(bytes: Uint8Array, start: number, end: number): Word[] {
  const found: Word[] = [];
  let from = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 0x20) continue;
    found.push({ start: from, end: at });
    while (at + 1 < end && bytes[at + 1] === 0x20) at++;
    from = at + 1;
  }
  found.push({ start: from, end });
  return found;
}

function findCommand(lower: readonly string[]): AdminCommand | undefined {
  return COMMANDS.find((candidate) => candidate.words.every((word, i) => word === lower[i]));
}

/** Parses a command line, without its line end. */
export function readCommand(bytes: Uint8Array, start: number, end: number): CommandLine {
  const all = splitWords(bytes, start, end);
  const lower = all
    .slice(0, 3)
    .map((word) => ascii(bytes, word.start, Math.min(word.end, word.start + ACTION_LIMIT)).toLowerCase());
  const known = findCommand(lower);
  const fields: Fields = {};
  if (known !== undefined) fields.command = known.name;
  else {
    putText(fields, 'command', bytes, all[0].start, all[0].end, all[0].end - all[0].start);
    fields.command = String(fields.command).toLowerCase();
  }
  const rest = all.slice(known?.words.length ?? 1);
  const args: string[] = [];
  let raw = false;
  for (const word of rest.slice(0, WORDS_LIMIT)) {
    const parsed: Fields = {};
    putText(parsed, 'word', bytes, word.start, word.end, word.end - word.start);
    args.push(String(parsed.word));
    raw ||= parsed.word_hex !== undefined;
  }
  fields.arguments = args;
  if (rest.length > WORDS_LIMIT) fields.arguments_total = rest.length;
  if (raw) fields.line_hex = hex(bytes, start, Math.min(end, start + 1024));
  return {
    name: known?.name ?? (String(fields.command).slice(0, ACTION_LIMIT) || 'unknown'),
    known: known !== undefined,
    form: known?.form ?? ANY_FORM,
    rows: known?.rows,
    fields,
  };
}

/** Whether a line is a known command: proof of the text protocol without context. */
export function isKnownCommand(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] < 0x20 || bytes[i] > 0x7e) return false;
  return end - start <= 1024 && readCommand(bytes, start, end).known;
}
