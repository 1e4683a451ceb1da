/** What a running capture does not take over is checked too: a mistake is told by who looks, not by the next start. */
import { userOf } from './privileges.js';
import type { DaemonSettings } from './settings.js';

/** @throws UserError if a start with these settings would find the user or the filter wrong */
export async function checkRestart({ settled, config }: DaemonSettings): Promise<void> {
  await userOf(settled);
  const libpcap = await tryLibpcap();
  libpcap?.checkFilter(libpcap.library, config.filters);
}

/** Undefined: it can't be loaded here; then cap's process compiles the filter when it starts. */
async function tryLibpcap() {
  try {
    const { loadLibpcap } = await import('../capture/libpcap/library.js');
    const { checkFilter } = await import('../capture/libpcap/filter.js');
    return { library: loadLibpcap(), checkFilter };
  } catch {
    return undefined;
  }
}
