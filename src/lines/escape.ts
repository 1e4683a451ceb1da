/**
 * What JSON may hold as it is, and a terminal or a reader of lines acts upon: DEL and C1 (ECMA-48: U+009B begins a
 * command as ESC [ does), the line and paragraph separators, and the characters that change the direction of text
 * (Unicode's annex 9), which make a name look like another. As \uXXXX they are the same to who parses the line.
 */

const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text of JSON, whose strings alone can hold such. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
