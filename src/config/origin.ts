/** Where a value came from, and how the user wrote it there: what an error has to name. */
import { variableOf } from './definition.js';

export type Origin =
  | { readonly kind: 'option' | 'environment' | 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number };

export type Origins = ReadonlyMap<string, Origin>;

/** Beside the values, under a key that no option can have. */
export const ORIGINS: unique symbol = Symbol('origins');

/** What was given or holds otherwise, by option name. Without origins, all of it was on the command line. */
export type Arguments = Readonly<Record<string, unknown>> & { readonly [ORIGINS]?: Origins };

/** `--snaplen x`, `WIRETAIL_SNAPLEN=x` or `FILE:3: snaplen: x`. */
export function asWritten(args: Arguments, name: string, value: string): string {
  const origin = args[ORIGINS]?.get(name);
  switch (origin?.kind) {
    case 'environment':
      return `${variableOf(name)}=${value}`;
    case 'file':
      return `${origin.file}:${origin.line}: ${name}: ${value}`;
    default:
      return `--${name} ${value}`;
  }
}

/** For people: `command line`, `WIRETAIL_SNAPLEN`, `FILE:3`, `default`. */
export function describeOrigin(name: string, origin: Origin): string {
  switch (origin.kind) {
    case 'option':
      return 'command line';
    case 'environment':
      return variableOf(name);
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'default':
      return 'default';
  }
}
