/** The captures that are damaged. */
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
