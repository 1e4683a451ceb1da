/**
 * The real decoder thread, but it dies: as the environment's DEATH says. The thread asks for the
 * snapshot length with every packet, which is where death waits.
 */
import { workerData } from 'node:worker_threads';
import { counterRow } from '../../src/observe/counters.js';
import type { DecoderData } from '../../src/pipeline/threads/messages.js';
import { Counter } from '../../src/records/counters.js';

export interface Death {
  /** Which decoder. */
  readonly decoder: number;
  /** So many times at its start. */
  readonly starts?: number;
  /** Of these packets, by their numbers. */
  readonly packets?: readonly number[];
  /** Without an exception. */
  readonly silently?: boolean;
}

const death = JSON.parse(process.env.DEATH ?? '{}') as Death;
const data = workerData as DecoderData;

function die(): never {
  if (death.silently) process.exit(3);
  throw new Error('a decoder dies for a test');
}

if (death.decoder === data.decoder) {
  // A column of its row that no decoder uses counts its lives.
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
