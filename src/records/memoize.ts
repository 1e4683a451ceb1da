/** Names that are kept; those of the wire (commands of Gearman, keys of dictionaries, volumes) may be any: few at a time. */
const MAX_ENTRIES = 1024;
/** Characters of a name that is kept. */
const MAX_KEY_LENGTH = 1024;

/** What `make` makes of a name, made once as long as there are not too many of them. */
export function memoize<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    let one = made.get(name);
    if (one === undefined) {
      if (name.length > MAX_KEY_LENGTH) return make(name);
      if (made.size >= MAX_ENTRIES) made.clear();
      one = make(name);
      made.set(name, one);
    }
    return one;
  };
}
