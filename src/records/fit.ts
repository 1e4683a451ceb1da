/**
 * Makes a record fit a line's limit: collectors cut or discard long lines, and half a JSON object is
 * none. What is left out leaves a count. Only lines over the limit come here, so clarity goes first.
 */
import type { Json, JsonObject } from './record.js';

const KEPT_CHARACTERS = 256;
const KEPT_ITEMS = 8;

/** The last round keeps nothing but the count, which fits any limit. */
export const ROUNDS = 5;

/** What was left out, all over the record. */
interface Cut {
  characters: number;
  items: number;
}

/**
 * A smaller copy of a record's sections. `round` grows from 0: each keeps about a quarter of what the
 * one before kept, so that a few rounds fit any record.
 */
export function fitSections(sections: JsonObject, round: number): JsonObject {
  if (round === ROUNDS - 1) return nothingOf(sections);
  const cut: Cut = { characters: 0, items: 0 };
  const characters = KEPT_CHARACTERS >> (round * 2);
  const items = KEPT_ITEMS >> round;
  const small = shrinkObject(sections, characters, items, cut);
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

function shrink(value: Json | undefined, characters: number, items: number, cut: Cut): Json | undefined {
  if (typeof value === 'string' && value.length > characters) {
    cut.characters += value.length - characters;
    return value.slice(0, characters).toWellFormed();
  }
  if (Array.isArray(value)) {
    cut.items += Math.max(0, value.length - items);
    return value.slice(0, items).map((item: Json) => shrink(item, characters, items, cut) as Json);
  }
  return isObject(value) ? shrinkObject(value, characters, items, cut) : value;
}

/** Objects of the schema have few keys; one with many is a map (a dictionary): its first keys stay. */
const MAP_KEYS = 64;

function shrinkObject(object: JsonObject, characters: number, items: number, cut: Cut): JsonObject {
  const keys = Object.keys(object);
  const kept = keys.length > MAP_KEYS ? keys.slice(0, items) : keys;
  cut.items += keys.length - kept.length;
  return Object.fromEntries(kept.map((key) => [key, shrink(object[key], characters, items, cut)]));
}
