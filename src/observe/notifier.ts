/**
 * What the service manager is told of a run, in the words of sd_notify(3): that it is at work, that it reads its
 * configuration anew, that it ends, and its watchdog that the capture and every decoder make progress.
 */
import type { Logger } from 'pino';
import type { JsonObject } from '../records/record.js';
import { monotonic } from './health.js';

export interface Notifier {
  /** The capture is open and the start line is written; the watchdog is fed from here on. */
  ready(status: string): void;
  /** A line for people, which `systemctl status` shows. */
  status(text: string): void;
  /** Does what a reload is, between the words that it has begun and that it is done. */
  reload(work: () => Promise<void>): Promise<void>;
  /** The run is to end. */
  stopping(): void;
}

export interface NotifierOptions {
  readonly send: (message: string) => void;
  /** Milliseconds without a word after which the watchdog acts; undefined: there is none. */
  readonly watchdog: number | undefined;
  /** What is wrong, in words; empty: nothing is. */
  readonly health: () => readonly string[];
  readonly diagnostics: Logger;
}

/** What is wrong may be over soon: it is looked at again after so many milliseconds. */
const AGAIN_MS = 1000;

/** In the form of sd_notify(3): a name and a value a line, so that a value has no line end. */
function message(fields: Readonly<Record<string, string | number>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value).replace(/\s+/g, ' ')}`)
    .join('\n');
}

export function newNotifier({ send, watchdog, health, diagnostics }: NotifierOptions): Notifier {
  let stage = 'starting' as 'starting' | 'running' | 'ending';
  let isStuck = false;
  const tell = (fields: Readonly<Record<string, string | number>>) => send(message(fields));

  /** sd_watchdog_enabled(3): a word in half of the time. None while anything hangs: then it is the manager's turn. */
  const feed = (half: number) => {
    const wrong = health();
    if (wrong.length === 0) {
      tell({ WATCHDOG: 1 });
      if (isStuck) diagnostics.info('the watchdog is fed again');
    } else if (!isStuck) {
      const why = wrong.join('; ');
      diagnostics.error({ wrong }, `the watchdog is not fed: ${why}`);
      tell({ STATUS: why });
    }
    isStuck = wrong.length > 0;
    setTimeout(feed, isStuck ? Math.min(half, AGAIN_MS) : half, half).unref();
  };

  return {
    ready(status) {
      if (stage !== 'starting') return;
      stage = 'running';
      tell({ READY: 1, STATUS: status });
      if (watchdog !== undefined) feed(watchdog / 2);
    },
    status(text) {
      // What is stuck is said as long as it is so.
      if (stage === 'running' && !isStuck) tell({ STATUS: text });
    },
    async reload(work) {
      // Before the capture is open READY=1 would say that it is, and after the end that it goes on.
      if (stage !== 'running') {
        await work();
        return;
      }
      tell({ RELOADING: 1, MONOTONIC_USEC: Math.round(monotonic() * 1000) });
      try {
        await work();
      } finally {
        // The end may have begun meanwhile.
        if (stage === 'running') tell({ READY: 1 });
      }
    },
    stopping() {
      if (stage === 'ending') return;
      stage = 'ending';
      tell({ STOPPING: 1, STATUS: 'writing what was captured' });
    },
  };
}

/** Of a stats line's numbers, in a line for people. */
export function statusOf(stats: JsonObject): string {
  const packets = stats.packets as { seen: number; dropped: number };
  const lines = stats.lines as { written: number; dropped: number; lost: number };
  const lost = lines.dropped + lines.lost;
  return `${packets.seen} packets seen, ${packets.dropped} dropped; ${lines.written} lines written, ${lost} dropped`;
}
