/** Parses JSON with exact integers: JSON.parse() rounds those beyond 2^53. */

/** Prefix of an integer kept as text; no text of a capture begins with it. */
const INTEGER_PREFIX = '\u0000integer ';
// Strings first: digits in them are not numbers.
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

function parseExact(line: string): unknown {
  if (!/\d{16}/.test(line)) return JSON.parse(line);
  return JSON.parse(
    line.replace(TOKENS, (token) =>
      LONG_INTEGER.test(token) ? JSON.stringify(INTEGER_PREFIX + token) : token,
    ),
  );
}

export function exactLines(text: string): unknown[] {
  return text.trimEnd().split('\n').map(parseExact);
}

/** The decimal text of an integer; undefined for anything else. */
export function integerText(value: unknown): string | undefined {
  if (typeof value === 'string')
    return value.startsWith(INTEGER_PREFIX) ? value.slice(INTEGER_PREFIX.length) : undefined;
  return Number.isInteger(value) ? String(value) : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const text = integerText(value);
  if (text !== undefined) return Number(text);
  return typeof value === 'number' ? value : undefined;
}

/** The JSON text, with integers as they were. */
export function exactText(value: unknown): string {
  return JSON.stringify(value).replace(/"\\u0000integer (-?\d+)"/g, '$1');
}
