/** Loads the settings of a command from all sources. */
import { availableParallelism } from 'node:os';
import {
  ALL_DEFINITIONS,
  type CaptureConfig,
  COMMON_OPTIONS,
  captureConfig,
  DAEMON_DEFINITIONS,
  READ_OPTIONS,
} from '../config/options.js';
import { type ResolvedSettings, resolveSettings } from '../config/resolve.js';

/** Not a setting: the path of the file that holds settings. */
export const CONFIG_OPTION = {
  config: {
    type: 'string',
    describe: 'configuration file',
    requiresArg: true,
  },
} as const;

export interface DaemonSettings {
  readonly settings: ResolvedSettings;
  readonly config: CaptureConfig;
}

/** The settings of `capture`. Reads the configuration file on each call. @throws UserError */
export async function loadDaemonSettings(given: Readonly<Record<string, unknown>>): Promise<DaemonSettings> {
  const settings = await resolveSettings({
    given,
    environment: process.env,
    known: ALL_DEFINITIONS,
    definitions: DAEMON_DEFINITIONS,
    useDefaultFile: true,
  });
  return { settings, config: captureConfig(settings, availableParallelism()) };
}

/** The settings of `read`, which uses a configuration file only if it is named. @throws UserError */
export function loadReadSettings(given: Readonly<Record<string, unknown>>): Promise<ResolvedSettings> {
  return resolveSettings({
    given,
    environment: process.env,
    known: ALL_DEFINITIONS,
    definitions: { ...READ_OPTIONS, ...COMMON_OPTIONS },
    useDefaultFile: false,
  });
}
