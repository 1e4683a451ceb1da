/**
 * The text protocol: THE table of its commands, and a command's line read as gearmand reads it.
 * Sources: gearmand's libgearman-server/text.cc (what there is, and what answers what) and
 * plugins/protocol/gear/protocol.cc (how a line becomes words).
 */
import { ascii, hex } from '../../text.js';
import { type Fields, putText } from '../fields.js';

/** What a column of a response's row is called; all but the first are counts. */
export type Columns = readonly string[];

/**
 * The form of a command's response: one line (`value`: what follows OK in it), or rows that a line with
 * a lone dot ends: columns between tabs, workers in their own form, or one name a row.
 */
export type ResponseForm =
  | { readonly kind: 'line'; readonly value?: string }
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'workers' }
  | { readonly kind: 'names'; readonly name: string }
  /** Of a command that is not known: one line if it starts with OK or ERR, else rows. */
  | { readonly kind: 'any' };

export interface AdminCommand {
  readonly name: string;
  readonly words: readonly string[];
  readonly form: ResponseForm;
  /** What its rows are, for the sentence. */
  readonly rows?: string;
}

function command(name: string, form: ResponseForm, rows?: string): AdminCommand {
  return { name, words: name.split(' '), form, ...(rows === undefined ? {} : { rows }) };
}

const LINE: ResponseForm = { kind: 'line' };
const columns = (...names: string[]): ResponseForm => ({ kind: 'columns', columns: names });

/** Longer names first: the first match counts. */
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
  // Gone from gearmand by 1.1.20; 1.1.9 has it, with an optional "graceful".
  command('shutdown', LINE),
];

/** And what a response is called whose command was not seen. */
export const ADMIN_NAMES: readonly string[] = [...COMMANDS.map((one) => one.name), 'response'];

export const ANY_FORM: ResponseForm = { kind: 'any' };

/** Words of a line that are read, and bytes of a command's name that make its action. */
const WORDS_LIMIT = 64;
const ACTION_LIMIT = 64;

export interface CommandLine {
  /** In lower case: of the table, else the first word. */
  readonly name: string;
  readonly known: boolean;
  readonly form: ResponseForm;
  readonly rows: string | undefined;
  /** `command` and `arguments`, where the response's fields join them. */
  readonly fields: Fields;
}

interface Word {
  readonly start: number;
  readonly end: number;
}

/**
 * A line's words: one or more blanks part them, and a blank at an end parts an empty word, which
 * gearmand counts: "show jobs " is an error to it.
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

/** Reads a command's line, without what ended it. */
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
    const one: Fields = {};
    putText(one, 'word', bytes, word.start, word.end, word.end - word.start);
    args.push(String(one.word));
    raw ||= one.word_hex !== undefined;
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

/** Whether bytes[start, end) is a line that only an administrator types: to be believed out of context. */
export function isKnownCommand(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] < 0x20 || bytes[i] > 0x7e) return false;
  return end - start <= 1024 && readCommand(bytes, start, end).known;
}
