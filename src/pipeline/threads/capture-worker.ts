/** The capture thread as the main thread sees it. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../config/user-error.js';
import { RingWriter } from '../../ring/writer.js';
import { CAPTURE_HEAP } from './gc.js';
import type { CaptureData, FromCapture } from './messages.js';

export interface CaptureWorker {
  /** Resolves when the capture has ended, however; rejects with a UserError if the user can mend it. */
  readonly ended: Promise<void>;
  terminate(): void;
}

/**
 * @param told what the thread says, its failures apart
 * @param failed it has failed, and not by a mistake of the user
 */
export function startCapture(
  data: CaptureData,
  told: (message: Exclude<FromCapture, { kind: 'failed' }>) => void,
  failed: (reason: string) => void,
): CaptureWorker {
  const worker = new Worker(new URL('./capture-thread.js', import.meta.url), {
    workerData: data,
    resourceLimits: CAPTURE_HEAP,
    // A FIFO that is read is opened with fs.open() and closed by its socket, which Node's list of a thread's descriptors
    // does not hear of: at the thread's end it would close that number again, by then maybe an output's.
    trackUnmanagedFds: false,
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromCapture) => {
      if (message.kind !== 'failed') told(message);
      else if (message.user) reject(new UserError(message.reason));
      else failed(message.reason);
    });
    worker.on('error', (error: unknown) =>
      failed(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    worker.on('exit', () => {
      // However it ended: the decoders need not wait for more.
      new RingWriter(data.ring).finish();
      resolve();
    });
  });
  return { ended, terminate: () => void worker.terminate() };
}
