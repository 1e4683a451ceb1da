/**
 * File names as keyed hashes (--redact paths). The same name has the same hash under one key, and nobody without the key
 * can test names. Each path component has its own hash, so that the files of a directory still appear together.
 */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';

/** Hexadecimal digits of a hash. 64 bits: among a million names, a collision is improbable. */
const HASH_DIGITS = 16;
/** Hashes are cached: computing one takes longer than decoding a message. */
const MAX_CACHED_NAMES = 65536;

export interface NameHash {
  /** @param bytes a path or name, one character a byte (latin1) */
  path(bytes: string): string;
}

/** @param key in hex */
export function newNameHash(key: string): NameHash {
  const secret = Buffer.from(key, 'hex');
  const cache = new Map<string, string>();
  const component = (name: string): string => {
    if (name === '' || name === '.' || name === '..') return name;
    let hash = cache.get(name);
    if (hash === undefined) {
      if (cache.size >= MAX_CACHED_NAMES) cache.clear();
      const digest = createHmac('sha256', secret).update(name, 'latin1').digest('hex');
      hash = `~${digest.slice(0, HASH_DIGITS)}`;
      cache.set(name, hash);
    }
    return hash;
  };
  return {
    path: (bytes) => (bytes.includes('/') ? bytes.split('/').map(component).join('/') : component(bytes)),
  };
}

/** Whether a glob can match hashed names: each of its components must be a whole name, `*` or `**`. */
export function isHashableGlob(glob: string): boolean {
  return glob.split('/').every((part) => part === '*' || part === '**' || !/[*?[\]{}()!+@|\\]/.test(part));
}

/** The glob that matches the hashed names. */
export function hashedGlob(glob: string, hash: NameHash): string {
  return glob
    .split('/')
    .map((part) =>
      part === '*' || part === '**' ? part : hash.path(Buffer.from(part, 'utf8').toString('latin1')),
    )
    .join('/');
}
