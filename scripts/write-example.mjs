// Writes packaging/wiretail.yaml from the settings' definitions, as the tests' build has them:
//   npm run build:test && node scripts/write-example.mjs
import { writeFileSync } from 'node:fs';
import { DAEMON_DEFINITIONS } from '../build/src/config/options.js';
import { exampleYaml } from '../build/src/config/write-yaml.js';

writeFileSync(new URL('../packaging/wiretail.yaml', import.meta.url), exampleYaml(DAEMON_DEFINITIONS));
