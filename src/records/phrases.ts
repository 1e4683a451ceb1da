/** The words that sentences for people are made of. */

/** Bytes of a name that a sentence shows. */
const NameLimit = 80;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const Controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A name for a sentence: one line, not too long. */
export function displayName(value: unknown): string {
  let name = String(value);
  if (name.length > NameLimit) name = `${name.slice(0, NameLimit)}...`;
  return stripControls(name);
}

/**
 * Without what would break a line, be a terminal's command (C0 and C1 of ECMA-48), or change the order in which the rest
 * is shown (the bidirectional formatting characters of Unicode's annex 9).
 */
export function stripControls(text: string): string {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Seldom: what is not printable ASCII is looked at more closely.
    if (code < 0x20 || code > 0x7e) return text.replace(Controls, '.');
  }
  return text;
}

/** `0.00 ms` to `9.99 ms`, as nearly all take. */
const Hundredths = Array.from({ length: 1000 }, (_, number) => `${(number / 100).toFixed(2)} ms`);

export function formatDuration(nanoseconds: number): string {
  const hundredths = Math.round(nanoseconds / 1e4);
  // Of what lies in the middle between two, toFixed() decides.
  if (hundredths >= 0 && hundredths < 1000 && nanoseconds % 5000 !== 0) return Hundredths[hundredths];
  const milliseconds = nanoseconds / 1e6;
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function formatByteCount(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

const Units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `128 KiB`; what is no whole number of such a unit is told exactly, in bytes. */
export function formatSize(bytes: number | bigint): string {
  let value = bytes;
  let unit = '';
  for (const next of Units) {
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
