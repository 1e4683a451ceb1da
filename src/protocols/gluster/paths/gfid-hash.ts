/** Gfids as numbers, and hashes of gfids and names. */

/** The 16 bytes as four words, the first the most significant. */
export type GfidWords = Uint32Array<ArrayBuffer>;

/** Values of the digits 0 to 9 and a to f, by their codes. */
const Digits = new Uint8Array(128);
for (let value = 0; value < 16; value++) Digits[value.toString(16).charCodeAt(0)] = value;

/** Four digits. */
function half(text: string, at: number): number {
  const high = (Digits[text.charCodeAt(at)] << 4) | Digits[text.charCodeAt(at + 1)];
  return (high << 8) | (Digits[text.charCodeAt(at + 2)] << 4) | Digits[text.charCodeAt(at + 3)];
}

/** Reads a gfid's text; the words are good until the next one is read. */
export type ReadGfid = (text: string) => GfidWords;

/**
 * For one purpose, as for directories: mostly the next one is the same again.
 *
 * @returns what reads texts that are canonical, in lower case (gluster/describe/values.ts)
 */
export function newGfidReader(): ReadGfid {
  const words: GfidWords = new Uint32Array(4);
  let last = '';
  return (text) => {
    if (text === last) return words;
    last = text;
    // Without a loop over places: each call of a file needs several gfids.
    words[0] = (half(text, 0) << 16) | half(text, 4);
    words[1] = (half(text, 9) << 16) | half(text, 14);
    words[2] = (half(text, 19) << 16) | half(text, 24);
    words[3] = (half(text, 28) << 16) | half(text, 32);
    return words;
  };
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
  let hash = beginHash(seed);
  for (let at = 0; at < text.length; at++) hash = hashUnit(hash, text.charCodeAt(at));
  return endHash(hash);
}

/** The same for one whose characters are at hand one by one. */
export const beginHash = (seed: number): number => seed | 0;
export const hashUnit = mix;
export const endHash = finish;
