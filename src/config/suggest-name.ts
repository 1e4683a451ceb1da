/** What somebody may have meant who wrote a name that there is not. */
import { closestMatch } from 'leven';

/** `; did you mean snaplen?`, or nothing where no name is near. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = closestMatch(name, [...known], { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
