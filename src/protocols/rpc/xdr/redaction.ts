/** What of a message is read as something else than it is, before anybody sees it: a compiler's readers do it. */
import type { Json } from '../../../records/record.js';

/** Of a dictionary's pairs. */
export interface DictRedaction {
  key(key: string): string;
  /** @param value what bytes[start, end) were read as */
  value(key: string, value: Json, bytes: Uint8Array, start: number, end: number): Json;
}

export interface Redaction {
  /** What reads this string instead; undefined: it is shown. */
  string(
    struct: string,
    field: string,
  ): ((bytes: Uint8Array, start: number, end: number) => string) | undefined;
  /** Of this dictionary of the old form; undefined: it is shown. */
  dict(struct: string, field: string): DictRedaction | undefined;
  /** Of every dictionary of the typed form, which only file operations have. */
  readonly typed: DictRedaction;
}

/** Stands for what can't be read, and may hold anything. */
export const REDACTED = '(not shown)';
