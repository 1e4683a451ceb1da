/** Redaction in readers: values are replaced as they are read, so that no later stage sees them. */
import type { Json } from '../../../records/record.js';

/** Redaction of the pairs of a dictionary. */
export interface DictRedaction {
  key(key: string): string;
  /** @param value what bytes[start, end) decode to */
  value(key: string, value: Json, bytes: Uint8Array, start: number, end: number): Json;
}

export interface Redaction {
  /** Reads the string in a hidden form; undefined: the string is shown. */
  string(
    struct: string,
    field: string,
  ): ((bytes: Uint8Array, start: number, end: number) => string) | undefined;
  /** For this dictionary of the old form; undefined: it is shown. */
  dict(struct: string, field: string): DictRedaction | undefined;
  /** For all dictionaries of the typed form, which only file operations have. */
  readonly typed: DictRedaction;
}

/** Replaces undecodable bytes, which may hold anything. */
export const REDACTED = '(not shown)';
