/** Names, durations and sizes as they appear in messages. */

/** Characters of a name that a message shows. */
const MAX_NAME_LENGTH = 80;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A name for a message: on one line, and not too long. */
export function displayName(value: unknown): string {
  let name = String(value);
  if (name.length > MAX_NAME_LENGTH) name = `${name.slice(0, MAX_NAME_LENGTH)}...`;
  return stripControls(name);
}

/**
 * Replaces characters that would break the line, control a terminal (C0 and C1 of ECMA-48) or reorder the text around them
 * (the bidirectional formatting characters of Unicode annex 9).
 */
export function stripControls(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Most names are printable ASCII: others are rare enough for the regular expression.
    if (code < 0x20 || code > 0x7e) return text.replace(UNSAFE, '.');
  }
  return text;
}

/** `0.00 ms` to `9.99 ms`, the range of nearly all durations. */
const SHORT_DURATIONS = Array.from({ length: 1000 }, (_, number) => `${(number / 100).toFixed(2)} ms`);

export function formatDuration(nanoseconds: number): string {
  const hundredths = Math.round(nanoseconds / 1e4);
  // Halfway between two hundredths, toFixed() decides.
  if (hundredths >= 0 && hundredths < 1000 && nanoseconds % 5000 !== 0) return SHORT_DURATIONS[hundredths];
  const milliseconds = nanoseconds / 1e6;
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function formatByteCount(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

const SIZE_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** An exact size in the largest unit that divides it: `128 KiB`, `1536 bytes`. */
export function formatSize(bytes: number | bigint): string {
  let value = bytes;
  let unit = '';
  for (const next of SIZE_UNITS) {
    if (typeof value === 'bigint') {
      if (value === 0n || value % 1024n !== 0n) break;
      value /= 1024n;
    } else {
      if (value === 0 || value % 1024 !== 0) break;
      value /= 1024;
    }
    unit = next;
  }
  if (unit !== '') return `${value} ${unit}`;
  return value === 1 || value === 1n ? '1 byte' : `${value} bytes`;
}
