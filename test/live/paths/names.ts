/** File names: few, so that they repeat, and odd ones. */
import type { Random } from '../../helpers/random.js';

const ODD: readonly Buffer[] = [
  'with a space',
  ' ',
  'ümläut 日本語 😀',
  'new\nline',
  'quote"back\\slash',
  '<gfid:',
  '..hidden',
  'x'.repeat(255),
  'ü'.repeat(100),
].map((name) => Buffer.from(name));

/** Invalid UTF-8: two names that look the same as text. */
const BROKEN: readonly Buffer[] = [Buffer.from('cut-\xf0', 'latin1'), Buffer.from('cut-\xf1', 'latin1')];

export function pickName(random: Random): Buffer {
  if (random.chance(0.02)) return random.pick(BROKEN);
  if (random.chance(0.1)) return random.pick(ODD);
  return Buffer.from(`${random.pick('abcdefgh'.split(''))}${random.chance(0.3) ? '' : random.below(4)}`);
}
