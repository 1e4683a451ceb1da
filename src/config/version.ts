import { createRequire } from 'node:module';

/** The version in package.json, resolved by the package's own name so that the build directory does not matter. */
export const VERSION: string = createRequire(import.meta.url)('wiretail/package.json').version;
