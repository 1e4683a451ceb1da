/**
 * Objects that many records share, such as credentials: their serialised form is kept with the object. Such an object
 * must not change.
 */
import type { JsonObject } from './record.js';

/** A symbol, and not enumerable: JSON, loops over the members and copies do not see it. */
const SERIALISED = Symbol('serialised');

interface Preserialisable {
  [SERIALISED]?: Uint8Array | undefined;
}

/** Allows an object to keep its serialised form. */
export function markPreserialisable<T extends JsonObject>(members: T): T {
  return Object.defineProperty(members, SERIALISED, { value: undefined, writable: true });
}

/** The serialised form in UTF-8, if there is one already. */
export function preserialisedBytes(members: JsonObject): Uint8Array | undefined {
  return (members as Preserialisable)[SERIALISED];
}

/** Keeps a copy of the serialised form, if the object is marked. */
export function storePreserialised(members: JsonObject, bytes: Uint8Array): void {
  if (SERIALISED in members) (members as Preserialisable)[SERIALISED] = new Uint8Array(bytes);
}
