/**
 * Notifies the service manager by sd_notify(3): ready, reloading, stopping, and watchdog pings while the capture and
 * every decoder make progress.
 */
import type { Logger } from 'pino';
import type { JsonObject } from '../records/record.js';
import { monotonic } from './health.js';

export interface NotifierOptions {
  readonly send: (message: string) => void;
  /** The watchdog timeout in milliseconds; undefined: there is no watchdog. */
  readonly watchdog: number | undefined;
  /** A sentence for each fault; empty: healthy. */
  readonly health: () => readonly string[];
  readonly diagnostics: Logger;
}

/** While unhealthy, the interval between two checks: a fault may be over soon. */
const RECHECK_MS = 1000;

const Stage = { starting: 0, running: 1, stopping: 2 } as const;
type Stage = (typeof Stage)[keyof typeof Stage];

/** One `NAME=value` a line (sd_notify(3)), so a value has no line break. */
function messageOf(fields: Readonly<Record<string, string | number>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value).replace(/\s+/g, ' ')}`)
    .join('\n');
}

export class Notifier {
  private readonly options: NotifierOptions;
  private stage: Stage = Stage.starting;
  private isStuck = false;

  constructor(options: NotifierOptions) {
    this.options = options;
  }

  /** The capture is open and the start line is written. Watchdog pings begin. */
  ready(status: string): void {
    if (this.stage !== Stage.starting) return;
    this.stage = Stage.running;
    this.send({ READY: 1, STATUS: status });
    const { watchdog } = this.options;
    if (watchdog !== undefined) this.pingWatchdog(watchdog / 2);
  }

  /** Sets the line that `systemctl status` shows. */
  status(text: string): void {
    // The reason stays visible while a thread is stuck.
    if (this.stage === Stage.running && !this.isStuck) this.send({ STATUS: text });
  }

  /** Runs a reload, and notifies its start and end. */
  async reload(work: () => Promise<void>): Promise<void> {
    // READY=1 would be wrong before the capture is open, and after the stop.
    if (this.stage !== Stage.running) {
      await work();
      return;
    }
    this.send({ RELOADING: 1, MONOTONIC_USEC: Math.round(monotonic() * 1000) });
    try {
      await work();
    } finally {
      if (this.isRunning()) this.send({ READY: 1 });
    }
  }

  stopping(): void {
    if (this.stage === Stage.stopping) return;
    this.stage = Stage.stopping;
    this.send({ STOPPING: 1, STATUS: 'writing captured packets' });
  }

  /** A stop may come during a reload. */
  private isRunning(): boolean {
    return this.stage === Stage.running;
  }

  private send(fields: Readonly<Record<string, string | number>>): void {
    this.options.send(messageOf(fields));
  }

  /** Pings at half the timeout, as sd_watchdog_enabled(3) advises, but not while a thread is stuck. */
  private pingWatchdog(interval: number): void {
    const { diagnostics, health } = this.options;
    const faults = health();
    const isStuck = faults.length > 0;
    if (!isStuck) {
      this.send({ WATCHDOG: 1 });
      if (this.isStuck) diagnostics.info('watchdog pings resumed');
    } else if (!this.isStuck) {
      const reason = faults.join('; ');
      diagnostics.error({ wrong: faults }, `watchdog pings suspended: ${reason}`);
      this.send({ STATUS: reason });
    }
    this.isStuck = isStuck;
    setTimeout(
      () => this.pingWatchdog(interval),
      isStuck ? Math.min(interval, RECHECK_MS) : interval,
    ).unref();
  }
}

/** A line for people of a stats line's numbers. */
export function statusOf(stats: JsonObject): string {
  const packets = stats.packets as { seen: number; dropped: number };
  const lines = stats.lines as { written: number; dropped: number; lost: number };
  const lost = lines.dropped + lines.lost;
  return `${packets.seen} packets seen, ${packets.dropped} dropped; ${lines.written} lines written, ${lost} dropped`;
}
