/** Limits a cache: names from the wire (Gearman commands, dictionary keys, volumes) may be anything. */
const MAX_ENTRIES = 1024;
/** Longer names are not cached. */
const MAX_KEY_LENGTH = 1024;

/** Caches what `make` returns by name; a full cache starts over. */
export function memoize<T>(make: (name: string) => T): (name: string) => T {
  const cache = new Map<string, T>();
  return (name) => {
    let value = cache.get(name);
    if (value === undefined) {
      if (name.length > MAX_KEY_LENGTH) return make(name);
      if (cache.size >= MAX_ENTRIES) cache.clear();
      value = make(name);
      cache.set(name, value);
    }
    return value;
  };
}
