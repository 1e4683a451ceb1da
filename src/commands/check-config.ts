/** `wiretail check-config`: whether `capture` would take the configuration file and the environment. */
import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { CONFIG_FILE } from '../config/file.js';
import { namedFile } from '../config/settle.js';
import { checkRestart } from './check-restart.js';
import { print } from './print.js';
import { CONFIG_OPTION, daemonSettings } from './settings.js';

export const checkConfigCommand: CommandModule<object, Readonly<Record<string, unknown>>> = {
  command: 'check-config',
  describe: 'say whether the configuration file and the environment are right',
  builder: (args) => args.options(CONFIG_OPTION),
  async handler({ config }) {
    await checkRestart(await daemonSettings({ config }));
    const file = namedFile({ config }, process.env) ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
    print(`${file ?? `no configuration file (${CONFIG_FILE}): the defaults and the environment`}: ok\n`);
  },
};
