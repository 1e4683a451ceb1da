/**
 * Reload on SIGHUP: the whole configuration is read and validated, what can change without losing a packet is applied,
 * and each changed setting is reported as applied or not. An invalid configuration changes nothing.
 */
import type { Logger } from 'pino';
import type { CaptureConfig } from '../config/options.js';
import { describeOrigin, ORIGINS } from '../config/origin.js';
import { changedSettings, type ResolvedSettings } from '../config/resolve.js';
import type { DaemonSettings } from './load-settings.js';

/** Applies some settings to a running capture. */
export interface Applier {
  /** What the settings are about, for messages. */
  readonly subject: string;
  readonly settings: readonly string[];
  /** @throws UserError if the settings can't be applied; then none of them is */
  apply(config: CaptureConfig): void | Promise<void>;
}

export interface ReloadOptions {
  readonly load: () => Promise<DaemonSettings>;
  readonly appliers: readonly Applier[];
  readonly diagnostics: Logger;
  /** The settings at the start. */
  readonly initial: ResolvedSettings;
  /** Wraps each reload, to report its start and end. */
  readonly around?: ((reload: () => Promise<void>) => Promise<void>) | undefined;
}

/** @returns a function that reloads; each reload starts after the previous one has ended */
export function newReload(options: ReloadOptions): () => Promise<void> {
  const reloader = new Reloader(options);
  const { around = (reload) => reload() } = options;
  let last = Promise.resolve();
  return () => {
    last = last.then(() => around(() => reloader.reload()));
    return last;
  };
}

/** The names of the settings that were applied, and of those whose applier failed. */
interface Outcome {
  readonly applied: string[];
  readonly failed: string[];
}

class Reloader {
  private readonly options: ReloadOptions;
  /** The settings in effect. */
  private current: ResolvedSettings;

  constructor(options: ReloadOptions) {
    this.options = options;
    this.current = options.initial;
  }

  async reload(): Promise<void> {
    const { load, diagnostics } = this.options;
    let next: DaemonSettings;
    try {
      next = await load();
    } catch (error) {
      diagnostics.error(`configuration not reloaded: ${reasonOf(error)}`);
      return;
    }
    const changed = changedSettings(this.current, next.settings);
    const outcome = await this.apply(changed, next.config);
    for (const name of changed) this.report(name, next.settings, outcome);
    // A setting that was not applied keeps its current value here, so that the next reload retries or reports it again.
    const { applied } = outcome;
    const kept = Object.fromEntries(applied.map((name) => [name, next.settings[name]]));
    this.current = { ...this.current, ...kept };
    diagnostics.info({ changed: changed.length, applied: applied.length }, 'configuration reloaded');
  }

  private async apply(changed: readonly string[], config: CaptureConfig): Promise<Outcome> {
    const outcome: Outcome = { applied: [], failed: [] };
    for (const { subject, settings, apply } of this.options.appliers) {
      const affected = settings.filter((name) => changed.includes(name));
      if (affected.length === 0) continue;
      try {
        await apply(config);
        outcome.applied.push(...affected);
      } catch (error) {
        outcome.failed.push(...affected);
        this.options.diagnostics.error(
          `${subject} not reloaded: ${reasonOf(error)}; the next SIGHUP retries`,
        );
      }
    }
    return outcome;
  }

  private report(name: string, next: ResolvedSettings, { applied, failed }: Outcome): void {
    const value = next[name];
    const from = describeOrigin(name, next[ORIGINS].get(name) ?? { kind: 'default' });
    const details = { setting: name, before: this.current[name], after: value, from };
    if (applied.includes(name)) {
      this.options.diagnostics.info({ ...details, applied: true }, `${name} changed`);
      return;
    }
    const remedy = failed.includes(name) ? 'the next SIGHUP retries' : 'restart wiretail to apply it';
    this.options.diagnostics.warn(
      { ...details, applied: false },
      `${name} changed but not applied: ${remedy}`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
