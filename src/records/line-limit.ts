/**
 * Shortens records that exceed --max-line: collectors cut or discard long lines, and part of a JSON object is no JSON.
 * `wiretail.line_cut` counts what is left out. Only records over the limit come here: clarity before speed.
 */
import type { Json, JsonObject } from './record.js';

/** What a round keeps: about a quarter of what the round before kept. */
interface Limits {
  /** Characters of a string; enough for a gfid. */
  readonly characters: number;
  /** Items of a list, and keys of an object that is a map. */
  readonly items: number;
  /** Nesting within a section. */
  readonly depth: number;
}

const LIMITS: readonly Limits[] = [
  { characters: 256, items: 8, depth: 100 },
  { characters: 64, items: 4, depth: 100 },
  { characters: 64, items: 2, depth: 2 },
  { characters: 64, items: 1, depth: 1 },
];

/** The last round keeps the count alone, which fits any limit. */
export const SHRINK_ROUNDS = LIMITS.length + 1;

/** What was left out of the whole record. */
interface Cut {
  characters: number;
  items: number;
}

/** A smaller copy of a record's sections. @param round from 0 to SHRINK_ROUNDS - 1 */
export function shrinkSections(sections: JsonObject, round: number): JsonObject {
  if (round === SHRINK_ROUNDS - 1) return countOnly(sections);
  const cut: Cut = { characters: 0, items: 0 };
  const limits = LIMITS[round];
  const small = shrinkObject(sections, limits, limits.depth, cut);
  const { wiretail } = small;
  return {
    ...small,
    wiretail: {
      ...(isObject(wiretail) ? wiretail : {}),
      line_cut: { characters: cut.characters, items: cut.items },
    },
  };
}

function countOnly(sections: JsonObject): JsonObject {
  let items = 0;
  for (const section of Object.values(sections)) items += isObject(section) ? Object.keys(section).length : 1;
  return { wiretail: { line_cut: { characters: 0, items } } };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && !Array.isArray(value);
}

function shrink(value: Json | undefined, limits: Limits, depth: number, cut: Cut): Json | undefined {
  if (typeof value === 'string' && value.length > limits.characters) {
    cut.characters += value.length - limits.characters;
    return value.slice(0, limits.characters).toWellFormed();
  }
  if (typeof value !== 'object') return value;
  if (depth < 0) {
    cut.items += Object.keys(value).length;
    return undefined;
  }
  if (!Array.isArray(value)) return shrinkObject(value as JsonObject, limits, depth, cut);
  cut.items += Math.max(0, value.length - limits.items);
  return value
    .slice(0, limits.items)
    .map((item: Json) => shrink(item, limits, depth - 1, cut))
    .filter((item) => item !== undefined);
}

/** An object of the schema has fewer keys. One with more is a map, such as a dictionary: its first keys are kept. */
const MAX_SCHEMA_KEYS = 64;

function shrinkObject(object: JsonObject, limits: Limits, depth: number, cut: Cut): JsonObject {
  const keys = Object.keys(object);
  const kept = keys.length > MAX_SCHEMA_KEYS ? keys.slice(0, limits.items) : keys;
  cut.items += keys.length - kept.length;
  return Object.fromEntries(kept.map((key) => [key, shrink(object[key], limits, depth - 1, cut)]));
}
