/** The origin of a setting's value, which errors name. */
import { variableName } from './definition.js';

export type Origin =
  | { readonly kind: 'option' | 'environment' | 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number };

export type Origins = ReadonlyMap<string, Origin>;

/** The key of the origins among the values; no option can have it. */
export const ORIGINS: unique symbol = Symbol('origins');

/** Values by option name. Without origins, all of them are from the command line. */
export type Arguments = Readonly<Record<string, unknown>> & { readonly [ORIGINS]?: Origins };

/** `--snaplen x`, `WIRETAIL_SNAPLEN=x` or `FILE:3: snaplen: x`. */
export function asWritten(args: Arguments, name: string, value: string): string {
  const origin = args[ORIGINS]?.get(name);
  switch (origin?.kind) {
    case 'environment':
      return `${variableName(name)}=${value}`;
    case 'file':
      return `${origin.file}:${origin.line}: ${name}: ${value}`;
    default:
      return `--${name} ${value}`;
  }
}

/** A phrase for messages: `command line`, `WIRETAIL_SNAPLEN`, `FILE:3`, `default`. */
export function describeOrigin(name: string, origin: Origin): string {
  switch (origin.kind) {
    case 'option':
      return 'command line';
    case 'environment':
      return variableName(name);
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'default':
      return 'default';
  }
}
