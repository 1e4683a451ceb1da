/** `wiretail check-config`: whether `capture` would take the configuration file and the environment. */
import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { CONFIG_FILE } from '../config/config-file.js';
import { namedFile } from '../config/resolve.js';
import { CONFIG_OPTION, daemonSettings } from './load-settings.js';
import { print } from './print.js';
import { userOf } from './restrict-privileges.js';

export const checkConfigCommand: CommandModule<object, Readonly<Record<string, unknown>>> = {
  command: 'check-config',
  describe: 'say whether the configuration file and the environment are right',
  builder: (args) => args.options(CONFIG_OPTION),
  async handler({ config }) {
    const { settled, config: next } = await daemonSettings({ config });
    await userOf(settled);
    await checkFilters(next.filters);
    const file = namedFile({ config }, process.env) ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
    print(`${file ?? `no configuration file (${CONFIG_FILE}): the defaults and the environment`}: ok\n`);
  },
};

/**
 * Compiles them as the capture would. SIGHUP does not: names in them are looked up, and a name server that says nothing
 * would stop the daemon's main thread.
 *
 * @throws UserError if none is a filter
 */
async function checkFilters(filters: readonly string[]): Promise<void> {
  const libpcap = await tryLibpcap();
  libpcap?.checkFilter(libpcap.library, filters);
}

/** Undefined: it can't be loaded here, and nothing can be said of a filter. */
async function tryLibpcap() {
  try {
    const { loadLibpcap } = await import('../capture/libpcap/library.js');
    const { checkFilter } = await import('../capture/libpcap/bpf-filter.js');
    return { library: loadLibpcap(), checkFilter };
  } catch {
    return undefined;
  }
}
