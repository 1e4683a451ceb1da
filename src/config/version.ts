import { createRequire } from 'node:module';

/** The version of package.json, which stands beside dist. */
export const VERSION: string = createRequire(import.meta.url)('../../package.json').version;
