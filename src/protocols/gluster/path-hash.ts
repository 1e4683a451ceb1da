/** Gfids as numbers, and hashes of gfids and names. */

/** The 16 bytes as four words, the first the most significant. */
export type GfidWords = Uint32Array<ArrayBuffer>;

function digit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

/** Places of the eight digits of each word in the canonical text. */
const Digits = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [9, 10, 11, 12, 14, 15, 16, 17],
  [19, 20, 21, 22, 24, 25, 26, 27],
  [28, 29, 30, 31, 32, 33, 34, 35],
] as const;

/** @param text canonical, in lower case (describe-values.ts) */
export function readGfid(text: string, into: GfidWords): GfidWords {
  for (let word = 0; word < 4; word++) {
    let value = 0;
    for (const at of Digits[word]) value = (value << 4) | digit(text.charCodeAt(at));
    into[word] = value;
  }
  return into;
}

/** The canonical text. */
export function gfidText(words: Uint32Array): string {
  let hex = '';
  for (const word of words) hex += word.toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The mixing of MurmurHash3 (public domain): its steps for one word. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function hashGfid(
  seed: number,
  brick: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): number {
  return finish(mix(mix(mix(mix(mix(seed, brick), w0), w1), w2), w3));
}

export function hashName(seed: number, text: string): number {
  let hash = seed | 0;
  for (let at = 0; at < text.length; at++) hash = mix(hash, text.charCodeAt(at));
  return finish(hash);
}
