/**
 * SIGHUP: the configuration is read and checked anew, as a whole. What can change without losing a packet is applied,
 * and of each setting that changed it is said whether it was. A mistake in it changes nothing.
 */
import type { Logger } from 'pino';
import type { CaptureConfig } from '../config/options.js';
import { describeOrigin, ORIGINS } from '../config/origin.js';
import { changedSettings, type ResolvedSettings } from '../config/resolve.js';
import type { DaemonSettings } from './load-settings.js';

/** What applies changed settings to a run. */
export interface Applier {
  /** What they are about. */
  readonly what: string;
  readonly settings: readonly string[];
  /** @throws UserError: nothing is changed by it */
  apply(config: CaptureConfig): void | Promise<void>;
}

export interface Reloading {
  readonly load: () => Promise<DaemonSettings>;
  readonly appliers: readonly Applier[];
  readonly diagnostics: Logger;
  readonly first: ResolvedSettings;
  /** Who wants to be told of each that begins and is done does the work between. */
  readonly around?: ((work: () => Promise<void>) => Promise<void>) | undefined;
}

/** @returns what reloads; each time after the one before is done */
export function newReload({
  load,
  appliers,
  diagnostics,
  first,
  around = (work) => work(),
}: Reloading): () => Promise<void> {
  /** The values that hold in the run. */
  let current = first;
  const reload = async () => {
    let next: DaemonSettings;
    try {
      next = await load();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      diagnostics.error(`the configuration is not reloaded: ${reason}`);
      return;
    }
    const changed = changedSettings(current, next.settled);
    const applied: string[] = [];
    const failed: string[] = [];
    for (const { what, settings, apply } of appliers) {
      const here = settings.filter((name) => changed.includes(name));
      if (here.length === 0) continue;
      try {
        await apply(next.config);
        applied.push(...here);
      } catch (error) {
        failed.push(...here);
        const reason = error instanceof Error ? error.message : String(error);
        diagnostics.error(`nothing of ${what} is changed: ${reason}; the next SIGHUP tries again`);
      }
    }
    const waitsFor = (name: string) =>
      failed.includes(name) ? 'the next SIGHUP tries again' : 'it needs a restart';
    for (const name of changed) {
      const value = next.settled[name];
      const from = describeOrigin(name, next.settled[ORIGINS].get(name) ?? { kind: 'default' });
      const done = applied.includes(name);
      diagnostics[done ? 'info' : 'warn'](
        { setting: name, before: current[name], after: value, from, applied: done },
        done ? `${name} is changed` : `${name} has changed in the configuration: ${waitsFor(name)}`,
      );
    }
    // What was not applied is tried or said again at the next reload.
    const kept = Object.fromEntries(applied.map((name) => [name, next.settled[name]]));
    current = { ...current, ...kept };
    diagnostics.info({ changed: changed.length, applied: applied.length }, 'the configuration is reloaded');
  };
  let last = Promise.resolve();
  return () => {
    last = last.then(() => around(reload));
    return last;
  };
}
