/**
 * Makes a record fit a line's limit: collectors cut or discard long lines, and half a JSON object is
 * none. What is left out leaves a count. Only lines over the limit come here, so clarity goes first.
 */
import type { Json, JsonObject } from './record.js';

/** What of a record is kept, round by round: each keeps about a quarter of what the one before kept. */
interface Kept {
  /** Characters of a string; not so few that a gfid would be cut. */
  readonly characters: number;
  /** Of a list, and of an object with many keys. */
  readonly items: number;
  /** How deep objects and lists may lie in a section. */
  readonly depth: number;
}

const KEPT: readonly Kept[] = [
  { characters: 256, items: 8, depth: 100 },
  { characters: 64, items: 4, depth: 100 },
  { characters: 64, items: 2, depth: 2 },
  { characters: 64, items: 1, depth: 1 },
];

/** The last round keeps nothing but the count, which fits any limit. */
export const SHRINK_ROUNDS = KEPT.length + 1;

/** What was left out, all over the record. */
interface Cut {
  characters: number;
  items: number;
}

/** A smaller copy of a record's sections. `round` grows from 0 to ROUNDS - 1. */
export function shrinkSections(sections: JsonObject, round: number): JsonObject {
  if (round === SHRINK_ROUNDS - 1) return nothingOf(sections);
  const cut: Cut = { characters: 0, items: 0 };
  const kept = KEPT[round];
  const small = shrinkObject(sections, kept, kept.depth, cut);
  const wiretail = small.wiretail;
  return {
    ...small,
    wiretail: {
      ...(isObject(wiretail) ? wiretail : {}),
      line_cut: { characters: cut.characters, items: cut.items },
    },
  };
}

function nothingOf(sections: JsonObject): JsonObject {
  const items = Object.values(sections)
    .map((section) => (isObject(section) ? Object.keys(section).length : 1))
    .reduce((all, one) => all + one, 0);
  return { wiretail: { line_cut: { characters: 0, items } } };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && !Array.isArray(value);
}

function shrink(value: Json | undefined, kept: Kept, depth: number, cut: Cut): Json | undefined {
  if (typeof value === 'string' && value.length > kept.characters) {
    cut.characters += value.length - kept.characters;
    return value.slice(0, kept.characters).toWellFormed();
  }
  if (typeof value !== 'object') return value;
  if (depth < 0) {
    cut.items += Object.keys(value).length;
    return undefined;
  }
  if (!Array.isArray(value)) return shrinkObject(value as JsonObject, kept, depth, cut);
  cut.items += Math.max(0, value.length - kept.items);
  return value
    .slice(0, kept.items)
    .map((item: Json) => shrink(item, kept, depth - 1, cut))
    .filter((item) => item !== undefined);
}

/** Objects of the schema have few keys; one with many is a map (a dictionary): its first keys stay. */
const MAP_KEYS = 64;

function shrinkObject(object: JsonObject, kept: Kept, depth: number, cut: Cut): JsonObject {
  const keys = Object.keys(object);
  const first = keys.length > MAP_KEYS ? keys.slice(0, kept.items) : keys;
  cut.items += keys.length - first.length;
  return Object.fromEntries(first.map((key) => [key, shrink(object[key], kept, depth - 1, cut)]));
}
