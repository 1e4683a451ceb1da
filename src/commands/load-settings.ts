/** The settings of a command, from all their sources. */
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

/** No setting: it says where settings are. */
export const CONFIG_OPTION = {
  config: {
    type: 'string',
    describe: 'configuration file',
    requiresArg: true,
  },
} as const;

export interface DaemonSettings {
  readonly settled: ResolvedSettings;
  readonly config: CaptureConfig;
}

/** Reads the file anew each time. @throws UserError */
export async function daemonSettings(given: Readonly<Record<string, unknown>>): Promise<DaemonSettings> {
  const settled = await resolveSettings({
    given,
    environment: process.env,
    known: ALL_DEFINITIONS,
    definitions: DAEMON_DEFINITIONS,
    usualFile: true,
  });
  return { settled, config: captureConfig(settled, availableParallelism()) };
}

/** The daemon's own file does not change what a person reads: it counts only if it is named. */
export function readSettings(given: Readonly<Record<string, unknown>>): Promise<ResolvedSettings> {
  return resolveSettings({
    given,
    environment: process.env,
    known: ALL_DEFINITIONS,
    definitions: { ...READ_OPTIONS, ...COMMON_OPTIONS },
    usualFile: false,
  });
}
