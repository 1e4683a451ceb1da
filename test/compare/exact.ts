/** JSON with integers as they stand there: JSON.parse() would round those beyond 2^53. */

/** No text of a capture begins like this. */
const Mark = '\u0000integer ';
// Strings first, so that digits within them are not taken for numbers.
const Tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const Long = /^-?\d{16,}$/;

function parseExact(line: string): unknown {
  if (!/\d{16}/.test(line)) return JSON.parse(line);
  return JSON.parse(
    line.replace(Tokens, (token) => (Long.test(token) ? JSON.stringify(Mark + token) : token)),
  );
}

export function exactLines(text: string): unknown[] {
  return text.trimEnd().split('\n').map(parseExact);
}

/** The decimal text of an integer; undefined for anything else. */
export function integerText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.startsWith(Mark) ? value.slice(Mark.length) : undefined;
  return Number.isInteger(value) ? String(value) : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const text = integerText(value);
  if (text !== undefined) return Number(text);
  return typeof value === 'number' ? value : undefined;
}

/** JSON again, integers as they were. */
export function exactText(value: unknown): string {
  return JSON.stringify(value).replace(/"\\u0000integer (-?\d+)"/g, '$1');
}
