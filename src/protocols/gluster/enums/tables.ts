/** Builds the names of a number (rpc/xdr/types.ts) from tables. */
import type { Names } from '../../rpc/xdr/types.js';

/** Names of the values 0, 1, 2 and so on. */
export function sequence(names: readonly string[]): Names {
  return { suffix: 'name', of: (value) => names[value] };
}

/** Names of single values. */
export function values(names: ReadonlyMap<number, string>): Names {
  return { suffix: 'name', of: (value) => names.get(value) };
}

/** The names of the set bits, then the bits without a name as one hexadecimal number. */
export function bitNames(bits: readonly (readonly [number, string])[], value: number): string[] {
  const names: string[] = [];
  let unnamed = value >>> 0;
  for (const [bit, name] of bits) {
    if ((unnamed & bit) >>> 0 !== bit) continue;
    names.push(name);
    unnamed = (unnamed & ~bit) >>> 0;
  }
  if (unnamed !== 0) names.push(`0x${unnamed.toString(16)}`);
  return names;
}

/** Caches the latest result: usually the next value is the same. Callers must not change a list of names. */
export function keepLatest<T>(of: (value: number) => T): (value: number) => T {
  let latest = 0;
  let names = of(latest);
  return (value) => {
    if (value !== latest) {
      names = of(value);
      latest = value;
    }
    return names;
  };
}

/** Names of bits. If no bit is set, the field is left out, or is `none` where zero has a name. */
export function bits(table: readonly (readonly [number, string])[], none?: string): Names {
  const zero = none === undefined ? undefined : [none];
  return { suffix: 'names', of: keepLatest((value) => (value === 0 ? zero : bitNames(table, value))) };
}
