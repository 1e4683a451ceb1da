/** How a table of names becomes the names of a number. */
import type { Names } from '../../rpc/xdr/types.js';

/** Names of values that follow one another from 0 on. */
export function sequence(names: readonly string[]): Names {
  return { suffix: 'name', of: (value) => names[value] };
}

/** Names of single values. */
export function values(names: ReadonlyMap<number, string>): Names {
  return { suffix: 'name', of: (value) => names.get(value) };
}

/** The names of the bits that are set; what has no name is there as one hexadecimal number. */
export function bitNames(bits: readonly (readonly [number, string])[], value: number): string[] {
  const names: string[] = [];
  let rest = value >>> 0;
  for (const [bit, name] of bits) {
    if ((rest & bit) >>> 0 !== bit) continue;
    names.push(name);
    rest = (rest & ~bit) >>> 0;
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names;
}

/** With the last one at hand, which mostly is the next one too. Nobody may change a list of names. */
export function again<T>(of: (value: number) => T): (value: number) => T {
  let last = 0;
  let names = of(last);
  return (value) => {
    if (value !== last) {
      names = of(value);
      last = value;
    }
    return names;
  };
}

/** Names of bits; nothing is added where none is set, but `none` if that has a name too. */
export function bits(table: readonly (readonly [number, string])[], none?: string): Names {
  const zero = none === undefined ? undefined : [none];
  return { suffix: 'names', of: again((value) => (value === 0 ? zero : bitNames(table, value))) };
}
