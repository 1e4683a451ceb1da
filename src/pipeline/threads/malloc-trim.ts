/**
 * Returns freed memory to the system. glibc trims only the end of each of its arenas and keeps free pages in between:
 * with fifty thousand connections some 10 MiB, mostly of batches of lines. malloc_trim(3) returns every unused page of
 * the process, in 1 to 6 ms there.
 */

/** Undefined if the C library has no such function, or koffi can't be loaded. */
export async function loadMallocTrim(): Promise<(() => void) | undefined> {
  try {
    const koffi = (await import('koffi')).default;
    const trim = koffi.load(null).func('int malloc_trim(size_t kept)');
    return () => trim(0);
  } catch {
    return undefined;
  }
}
