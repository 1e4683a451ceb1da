/**
 * Names of files as keyed hashes: the same name has the same hash under one key, and nobody without the key can try
 * names out. Each component of a path has its own, so that the files of a directory still stand together.
 */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';

/** Hexadecimal digits of a hash: 64 bits, so that two of a million names hardly share one. */
const Digits = 16;
/** Names whose hashes are remembered: making one takes longer than decoding a message. */
const Remembered = 65536;

export interface NameHash {
  /** A path, or a name, whose characters stand for its bytes (latin1). */
  path(bytes: string): string;
}

/** @param key in hex */
export function newNameHash(key: string): NameHash {
  const secret = Buffer.from(key, 'hex');
  const known = new Map<string, string>();
  const component = (name: string): string => {
    if (name === '' || name === '.' || name === '..') return name;
    let hash = known.get(name);
    if (hash === undefined) {
      if (known.size >= Remembered) known.clear();
      hash = `~${createHmac('sha256', secret).update(name, 'latin1').digest('hex').slice(0, Digits)}`;
      known.set(name, hash);
    }
    return hash;
  };
  return {
    path: (bytes) => (bytes.includes('/') ? bytes.split('/').map(component).join('/') : component(bytes)),
  };
}

/** Whether a glob can be asked of hashed names: each component is a whole name, `*` or `**`. */
export function isHashableGlob(glob: string): boolean {
  return glob.split('/').every((part) => part === '*' || part === '**' || !/[*?[\]{}()!+@|\\]/.test(part));
}

/** The glob that the hashed names match. */
export function hashedGlob(glob: string, hash: NameHash): string {
  return glob
    .split('/')
    .map((part) =>
      part === '*' || part === '**' ? part : hash.path(Buffer.from(part, 'utf8').toString('latin1')),
    )
    .join('/');
}
