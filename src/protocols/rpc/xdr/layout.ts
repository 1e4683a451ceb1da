/** The sizes of XDR types on the wire. */
import { padded } from './primitives.js';
import type { XdrStruct, XdrType } from './types.js';

/** Bytes of a type that always has the same size; undefined for others. */
export function fixedSize(type: XdrType): number | undefined {
  switch (type.kind) {
    case 'int':
    case 'unsigned int':
      return 4;
    case 'hyper':
    case 'unsigned hyper':
    case 'double':
      return 8;
    case 'opaque':
      return padded(type.length);
    case 'uuid words':
      return 64;
    case 'struct':
      return fixedStructSize(type);
    case 'array': {
      const size = type.length === undefined ? undefined : fixedSize(type.of);
      return size === undefined ? undefined : size * (type.length as number);
    }
    default:
      return undefined;
  }
}

function fixedStructSize(struct: XdrStruct): number | undefined {
  let sum = 0;
  for (const field of Object.values(struct.fields)) {
    const size = fixedSize(field);
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

/** The fewest bytes of a type: with it the available bytes bound a count. */
export function minSize(type: XdrType): number {
  switch (type.kind) {
    case 'struct':
      return Object.values(type.fields).reduce((sum, field) => sum + minSize(field), 0);
    case 'array':
      return type.length === undefined ? 4 : minSize(type.of) * type.length;
    case 'gfx_dict':
      return 12;
    case 'since':
      return 0;
    default:
      return fixedSize(type) ?? 4;
  }
}
