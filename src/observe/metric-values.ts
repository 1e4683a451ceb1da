/** The fields of `wiretail.stats`, by the paths of their metrics. */
import type { Json, JsonObject } from '../records/record.js';

type Section = { [name: string]: Json | undefined };

/** 0 if it is absent: then it belongs to another engine, or has not been counted. */
export function valueAt(stats: JsonObject, path: readonly string[]): number {
  let value: Json | undefined = stats;
  for (const name of path) value = (value as JsonObject | undefined)?.[name];
  return Number(value ?? 0);
}

/** The section that the path is in, added if it is absent. */
export function sectionOf(stats: Section, path: readonly string[]): Section {
  let section = stats;
  for (const name of path.slice(0, -1)) {
    section[name] ??= {};
    section = section[name] as Section;
  }
  return section;
}

export function setValueAt(stats: Section, path: readonly string[], value: number): void {
  sectionOf(stats, path)[path[path.length - 1]] = value;
}
