/**
 * A pino transport in its own thread. It gets a batch once it has taken the one before: pino's transports accept and keep
 * any number, and here the waiting ones stay in the queue, bounded and counted. A transport that dies is restarted; the
 * batch that it had is lost, since that batch may be what killed it.
 */
import type { Batch, LineSink, LineSinkFactory, SinkEvents } from '../line-sink.js';
import { Backoff } from './backoff.js';
import { END_REQUEST } from './transport-host.js';
import { openTransport, startTransport, type Transport, type TransportTarget } from './transport-thread.js';

export interface TransportOptions extends TransportTarget {
  readonly name: string;
  /** When a capture file is read: true once standard output has no reader, which the transport may not report. */
  readonly hasNoReader: (() => boolean) | undefined;
}

const CLOSE_TIMEOUT_MS = 2000;
/** How often to look for the reader while a batch is not taken. */
const READER_CHECK_MS = 500;

/** @throws UserError if there is no such transport, or it ends at once */
export async function transportSink(options: TransportOptions): Promise<LineSinkFactory> {
  const first = await openTransport(options);
  return (events) => new TransportSink(options, first, events);
}

/**
 *     running    --the thread ends--> restarting
 *     restarting --it starts-->       running; otherwise again after the backoff
 *     any        --close()-->         closed
 */
const State = { running: 0, restarting: 1, closed: 2 } as const;
type State = (typeof State)[keyof typeof State];

class TransportSink implements LineSink {
  readonly name: string;
  private readonly options: TransportOptions;
  private readonly events: SinkEvents;
  private readonly backoff = new Backoff();
  private state: State = State.running;
  private transport: Transport;
  /** The batch in hand. */
  private batch: Batch | undefined;
  private readerCheck: NodeJS.Timeout | undefined;

  constructor(options: TransportOptions, first: Transport, events: SinkEvents) {
    this.name = options.name;
    this.options = options;
    this.events = events;
    this.transport = first;
    this.watch(first);
  }

  write(batch: Batch): void {
    this.batch = batch;
    this.startReaderCheck();
    if (this.state === State.running) this.send(batch.bytes);
  }

  isUp(): boolean {
    return this.state === State.running;
  }

  close(): Promise<void> {
    const { transport } = this;
    const isRunning = this.state === State.running;
    this.state = State.closed;
    clearInterval(this.readerCheck);
    if (!isRunning) return Promise.resolve();
    return new Promise<void>((resolve) => {
      // A transport that hangs would keep the process alive.
      const timer = setTimeout(() => void transport.worker.terminate(), CLOSE_TIMEOUT_MS);
      const finish = () => {
        clearTimeout(timer);
        resolve();
      };
      transport.on('close', finish);
      transport.on('error', finish);
      // It does not get another chance at a batch that it has not taken by now.
      if (this.batch === undefined) transport.emit('message', END_REQUEST);
      else void transport.worker.terminate();
    });
  }

  private watch(transport: Transport): void {
    transport.on('error', (error: Error) => this.onEnded(transport, error));
    transport.on('close', () => this.onEnded(transport, new Error('transport thread exited')));
  }

  private onEnded(transport: Transport, error: Error): void {
    if (this.state !== State.running || transport !== this.transport) return;
    this.state = State.restarting;
    this.events.failed(error);
    const { batch } = this;
    this.batch = undefined;
    clearInterval(this.readerCheck);
    this.restartLater();
    if (batch !== undefined) this.events.acknowledged(batch.lines);
  }

  private restartLater(): void {
    setTimeout(() => this.restart(), this.backoff.next()).unref();
  }

  private restart(): void {
    if (this.state === State.closed) return;
    try {
      this.transport = startTransport(this.options);
    } catch (error) {
      this.events.failed(error as Error);
      this.restartLater();
      return;
    }
    this.state = State.running;
    this.watch(this.transport);
    if (this.batch !== undefined) this.send(this.batch.bytes);
  }

  private send(bytes: Uint8Array): void {
    const { transport } = this;
    // It takes buffers too, against its types.
    const buffer: unknown = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    transport.write(buffer as string);
    transport.flush((error?: Error) => {
      // The end of a transport that died is reported separately.
      const isCurrent = transport === this.transport && this.state !== State.restarting;
      if (error || !isCurrent || this.batch === undefined) return;
      this.batch = undefined;
      clearInterval(this.readerCheck);
      this.backoff.reset();
      this.events.acknowledged(0);
    });
  }

  /** Until the batch in hand is taken. */
  private startReaderCheck(): void {
    const { hasNoReader } = this.options;
    if (hasNoReader === undefined) return;
    this.readerCheck = setInterval(() => {
      if (!hasNoReader()) return;
      clearInterval(this.readerCheck);
      this.events.dead(Object.assign(new Error('standard output has no reader'), { code: 'EPIPE' }));
    }, READER_CHECK_MS);
  }
}
