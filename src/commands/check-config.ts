/** `wiretail check-config`: validates the configuration file and the environment as `capture` does. */
import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { DEFAULT_CONFIG_FILE } from '../config/config-file.js';
import { namedConfigFile } from '../config/resolve.js';
import { CONFIG_OPTION, loadDaemonSettings } from './load-settings.js';
import { print } from './print.js';
import { resolveUser } from './restrict-privileges.js';

export const checkConfigCommand: CommandModule<object, Readonly<Record<string, unknown>>> = {
  command: 'check-config',
  describe: 'validate the configuration file and the environment',
  builder: (args) => args.options(CONFIG_OPTION),
  async handler({ config: path }) {
    const { settings, config } = await loadDaemonSettings({ config: path });
    await resolveUser(settings);
    await checkFilters(config.filters);
    const file =
      namedConfigFile({ config: path }, process.env) ??
      (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : undefined);
    print(`${file ?? `no configuration file (${DEFAULT_CONFIG_FILE}), defaults and environment`}: ok\n`);
  },
};

/**
 * Compiles the filters as a capture does. SIGHUP does not: host names in a filter are resolved, and a name server that
 * does not answer would block the daemon's main thread.
 *
 * @throws UserError if none compiles
 */
async function checkFilters(filters: readonly string[]): Promise<void> {
  const libpcap = await tryLibpcap();
  libpcap?.checkFilter(libpcap.library, filters);
}

/** Undefined if libpcap can't be loaded here: then the filters are not checked. */
async function tryLibpcap() {
  try {
    const { loadLibpcap } = await import('../capture/libpcap/library.js');
    const { checkFilter } = await import('../capture/libpcap/bpf-filter.js');
    return { library: loadLibpcap(), checkFilter };
  } catch {
    return undefined;
  }
}
