/** Gfids as words, and hashes of gfids and names. */

/** The 16 bytes of a gfid as four words, the most significant first. */
export type GfidWords = Uint32Array<ArrayBuffer>;

/** Values of the digits 0 to 9 and a to f, by character code. */
const HEX_VALUES = new Uint8Array(128);
for (let value = 0; value < 16; value++) HEX_VALUES[value.toString(16).charCodeAt(0)] = value;

/** Parses four hexadecimal digits. */
function parseHex4(text: string, at: number): number {
  const high = (HEX_VALUES[text.charCodeAt(at)] << 4) | HEX_VALUES[text.charCodeAt(at + 1)];
  return (high << 8) | (HEX_VALUES[text.charCodeAt(at + 2)] << 4) | HEX_VALUES[text.charCodeAt(at + 3)];
}

/** Parses canonical lower-case gfids (values.ts). Usually the gfid is the previous one, which costs nothing. */
export class GfidReader {
  private readonly words: GfidWords = new Uint32Array(4);
  private lastText = '';

  /** @returns words that stay valid until the next call */
  read(text: string): GfidWords {
    const { words } = this;
    if (text === this.lastText) return words;
    this.lastText = text;
    // Unrolled: each file operation parses several gfids.
    words[0] = (parseHex4(text, 0) << 16) | parseHex4(text, 4);
    words[1] = (parseHex4(text, 9) << 16) | parseHex4(text, 14);
    words[2] = (parseHex4(text, 19) << 16) | parseHex4(text, 24);
    words[3] = (parseHex4(text, 28) << 16) | parseHex4(text, 32);
    return words;
  }
}

/** The canonical text. */
export function gfidText(words: Uint32Array): string {
  let hex = '';
  for (const word of words) hex += word.toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Mixes one word into a hash: MurmurHash3 (public domain). */
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

/** Hashes the gfid at `offset` of a column of words. */
export function hashGfid(seed: number, brick: number, words: Uint32Array, offset: number): number {
  const high = mix(mix(mix(seed, brick), words[offset]), words[offset + 1]);
  return finish(mix(mix(high, words[offset + 2]), words[offset + 3]));
}

export function hashName(seed: number, text: string): number {
  let hash = startNameHash(seed);
  for (let at = 0; at < text.length; at++) hash = mixCharCode(hash, text.charCodeAt(at));
  return finishNameHash(hash);
}

/** The steps of hashName(), for names that are stored as bytes. */
export const startNameHash = (seed: number): number => seed | 0;
export const mixCharCode = mix;
export const finishNameHash = finish;
