import { createRequire } from 'node:module';

/** The version of package.json, which is found by the package's own name wherever this is built to. */
export const VERSION: string = createRequire(import.meta.url)('wiretail/package.json').version;
