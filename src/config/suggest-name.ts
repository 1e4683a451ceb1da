/** Suggests a name for a misspelled one. */
import { closestMatch } from 'leven';

/** `; did you mean snaplen?`, or an empty string if no name is similar. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = closestMatch(name, [...known], { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
