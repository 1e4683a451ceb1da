/**
 * Memory that was freed, back to the system. glibc gives back what is free at the end of each of its arenas, and keeps the
 * holes: with fifty thousand connections and full tables some 10 MiB, of batches of lines mostly. malloc_trim(3) gives back
 * every page of the whole process in which nothing is used, in 1 to 6 ms there.
 */

/** Undefined: this C library has no such function, or koffi can't be loaded. */
export async function loadMallocTrim(): Promise<(() => void) | undefined> {
  try {
    const koffi = (await import('koffi')).default;
    const trim = koffi.load(null).func('int malloc_trim(size_t kept)');
    return () => trim(0);
  } catch {
    return undefined;
  }
}
