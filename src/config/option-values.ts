/** Checks of an option's value, as all options have them. Each error names the option, the value and what was expected. */
import { type Arguments, asWritten } from './origin.js';
import { parseDuration, parseSize } from './sizes.js';
import { UserError } from './user-error.js';

export type { Arguments };

export const MIB = 1 << 20;

/** @param value as it was given; its source is named with it */
export function invalidValue(args: Arguments, name: string, value: string, expected: string): UserError {
  return new UserError(`${asWritten(args, name, value)}: expected ${expected}`);
}

export function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
}

/** yargs makes an array of an option that is given twice. */
export function single(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw new UserError(`--${name}: given ${value.length} times, expected once`);
  return String(value);
}

export function integer(args: Arguments, name: string, least: number, most: number): number {
  const text = single(args, name) ?? '';
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw invalidValue(args, name, text, `a whole number from ${least} to ${most}`);
  }
  return value;
}

export function size(args: Arguments, name: string, least: number, most: number): number {
  const text = single(args, name) ?? '';
  const value = parseSize(text, MIB);
  if (value === undefined || value < least || value > most) {
    throw invalidValue(args, name, text, `a size from ${least / MIB}MiB to ${most / MIB}MiB, such as 64MiB`);
  }
  return value;
}

export function duration(args: Arguments, name: string, least: number, most: number): number {
  const text = single(args, name) ?? '';
  const value = parseDuration(text);
  if (value === undefined || value < least || value > most) {
    throw invalidValue(args, name, text, `a time from ${least}ms to ${most}ms, such as 20ms or 1m`);
  }
  return value;
}
