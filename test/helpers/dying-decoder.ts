/**
 * The real decoder thread, which dies as the environment variable DEATH (JSON) describes. It reads the snapshot length
 * for each packet: a getter there throws or exits.
 */
import { workerData } from 'node:worker_threads';
import { counterRow } from '../../src/observe/counters.js';
import type { DecoderData } from '../../src/pipeline/threads/messages.js';
import { Counter } from '../../src/records/counters.js';

export interface Death {
  /** Index of the decoder that dies. */
  readonly decoder: number;
  /** Number of starts at which it dies. */
  readonly starts?: number;
  /** Numbers of the packets at which it dies. */
  readonly packets?: readonly number[];
  /** Exits without an exception. */
  readonly silently?: boolean;
}

const death = JSON.parse(process.env.DEATH ?? '{}') as Death;
const data = workerData as DecoderData;

function die(): never {
  if (death.silently) process.exit(3);
  throw new Error('a decoder dies for a test');
}

if (death.decoder === data.decoder) {
  // Counts the starts in a column that decoders do not use.
  const row = counterRow(data.counters, data.counterRow);
  if (row[Counter.kernel_interface_errors]++ < (death.starts ?? 0)) die();
  const { snaplen } = data.options;
  const packets = new Set(death.packets);
  const checkpoint = new Float64Array(data.checkpoint);
  Object.defineProperty(data.options, 'snaplen', {
    get: () => (packets.has(checkpoint[1]) ? die() : snaplen),
  });
}
await import('../../src/pipeline/threads/decoder-thread.js');
