/**
 * Objects that many records have in common. Who writes them may leave there how they are written, for the next record;
 * they never change after that.
 */
import type { JsonObject } from './record.js';

/** A symbol, and not to be enumerated: no JSON has it, no loop over the members meets it, and no copy gets it. */
const Written = Symbol('written');

interface Shared {
  [Written]?: Uint8Array | undefined;
}

/** Marks an object as one that stays as it is. */
export function markPreserialisable<T extends JsonObject>(members: T): T {
  return Object.defineProperty(members, Written, { value: undefined, writable: true });
}

/** How it is written in UTF-8, if somebody has left that. */
export function preserialisedBytes(members: JsonObject): Uint8Array | undefined {
  return (members as Shared)[Written];
}

/** Leaves that where it is of use again. */
export function storePreserialised(members: JsonObject, bytes: Uint8Array): void {
  if (Written in members) (members as Shared)[Written] = new Uint8Array(bytes);
}
