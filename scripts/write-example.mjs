// Writes packaging/wiretail.yaml from the settings' definitions, as they were built last:
//   npm run build && node scripts/write-example.mjs
import { writeFileSync } from 'node:fs';
import { DAEMON_DEFINITIONS } from '../dist/config/options.js';
import { exampleYaml } from '../dist/config/write-yaml.js';

writeFileSync(new URL('../packaging/wiretail.yaml', import.meta.url), exampleYaml(DAEMON_DEFINITIONS));
