/**
 * Escapes characters that JSON allows but that a terminal or a line reader interprets: DEL and C1 controls (ECMA-48:
 * U+009B starts a control sequence as ESC [ does), the line and paragraph separators, and the bidirectional formatting
 * characters (Unicode annex 9), which make a name look like another. To a JSON parser, \uXXXX means the same.
 */

const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** @param json serialised JSON: only its strings can hold such characters */
export function escapeUnsafe(json: string): string {
  return json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
