// Writes packaging/wiretail.yaml from the definitions of the settings, with the build of the tests:
//   npm run build:test && node build/scripts/write-example.js
import { writeFileSync } from 'node:fs';
import { DAEMON_DEFINITIONS } from '../src/config/options.js';
import { exampleYaml } from '../src/config/write-yaml.js';
import { ROOT } from '../test/helpers/project.js';

writeFileSync(`${ROOT}packaging/wiretail.yaml`, exampleYaml(DAEMON_DEFINITIONS));
