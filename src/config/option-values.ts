/** Parsers for values that several options share. Each error names the option, the value and what was expected. */
import { type Arguments, asWritten } from './origin.js';
import { durationText, parseDuration, parseSize } from './sizes.js';
import { UserError } from './user-error.js';

export type { Arguments };

export const MIB = 1 << 20;

const DURATION_EXAMPLES = [
  ['20ms', 20],
  ['1m', 60000],
] as const;

/** @param value as given; the message names its source */
export function invalidValue(args: Arguments, name: string, value: string, expected: string): UserError {
  return new UserError(`${asWritten(args, name, value)}: expected ${expected}`);
}

export function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
}

/** @throws UserError if the option is given twice, of which yargs makes an array */
export function single(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new UserError(`--${name}: given ${value.length} times, expected once`);
  return String(value);
}

export function integer(args: Arguments, name: string, min: number, max: number): number {
  const text = single(args, name) ?? '';
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw invalidValue(args, name, text, `a whole number from ${min} to ${max}`);
  }
  return value;
}

/** Bytes. */
export function size(args: Arguments, name: string, min: number, max: number): number {
  const text = single(args, name) ?? '';
  const value = parseSize(text, MIB);
  if (value === undefined || value < min || value > max) {
    throw invalidValue(args, name, text, `a size from ${min / MIB}MiB to ${max / MIB}MiB, such as 64MiB`);
  }
  return value;
}

/** Milliseconds. */
export function duration(args: Arguments, name: string, min: number, max: number): number {
  const text = single(args, name) ?? '';
  const value = parseDuration(text);
  if (value === undefined || value < min || value > max) {
    const range = `from ${durationText(min)} to ${durationText(max)}`;
    const examples = DURATION_EXAMPLES.filter(([, ms]) => ms >= min && ms <= max).map(([example]) => example);
    throw invalidValue(args, name, text, `a duration ${range}, such as ${examples.join(' or ')}`);
  }
  return value;
}
