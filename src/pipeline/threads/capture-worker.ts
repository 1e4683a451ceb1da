/** The capture thread, seen from the main thread. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../config/user-error.js';
import { RingWriter } from '../../ring/writer.js';
import { CAPTURE_HEAP } from './gc.js';
import type { CaptureData, FromCapture } from './messages.js';

export type CaptureMessage = Exclude<FromCapture, { kind: 'failed' }>;

export class CaptureWorker {
  /** Resolves when the capture has ended, also after a failure; rejects with a UserError. */
  readonly ended: Promise<void>;
  private readonly worker: Worker;

  /** @param onFailure the capture has failed, and not by an error of the user */
  constructor(
    data: CaptureData,
    onMessage: (message: CaptureMessage) => void,
    onFailure: (reason: string) => void,
  ) {
    const worker = new Worker(new URL('./capture-thread.js', import.meta.url), {
      workerData: data,
      resourceLimits: CAPTURE_HEAP,
      // A FIFO is opened with fs.open() and closed by its socket, which Node's list of a thread's descriptors does not
      // notice: when the thread ends it would close that number again, which may be an output's by then.
      trackUnmanagedFds: false,
    });
    this.worker = worker;
    this.ended = new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromCapture) => {
        if (message.kind !== 'failed') onMessage(message);
        else if (message.isUserError) reject(new UserError(message.reason));
        else onFailure(message.reason);
      });
      worker.on('error', (error: unknown) =>
        onFailure(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      );
      worker.on('exit', () => {
        // The decoders must not wait for more, whatever ended the thread.
        new RingWriter(data.ring).finish();
        resolve();
      });
    });
  }

  terminate(): void {
    void this.worker.terminate();
  }
}
