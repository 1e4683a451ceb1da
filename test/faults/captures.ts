/** The captures that the tests damage. */
export const CAPTURES: readonly string[] = [
  'gm-basic',
  'gm-all',
  'gm-admin',
  'gm-split-odd',
  'gm-many',
  'g-lease',
  'g-fops-all',
  'g-gfapi',
];
