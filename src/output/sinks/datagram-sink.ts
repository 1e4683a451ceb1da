/** Sends one message a datagram, over a socket that is reopened when its peer is gone. */
import type { Batch, LineSink, LineSinkFactory, SinkEvents } from '../line-sink.js';
import { Backoff } from './backoff.js';

/** The outcome of a datagram: sent, `full` (try again soon), `too-large` (it never fits), or the socket failed. */
export type SendResult = 'sent' | 'full' | 'too-large' | Error;

export interface DatagramSocket {
  /** @param onOpened gets undefined, or why it can't be opened */
  open(onOpened: (error: Error | undefined) => void): void;
  send(message: Buffer, onSent: (result: SendResult) => void): void;
  close(): void;
}

/** How long to wait for room in the receiver's buffer. */
const FULL_RETRY_MS = 10;
/** A socket that worked this long resets the backoff. A UDP socket always opens, and may lose a line each time. */
const STABLE_MS = 5000;
/** Messages sent in a row before other events get their turn. */
const MESSAGES_PER_TURN = 64;

export function datagramSink(
  name: string,
  socket: DatagramSocket,
  encode: (bytes: Uint8Array) => readonly Buffer[],
): LineSinkFactory {
  return (events) => new DatagramSink(name, socket, encode, events);
}

/**
 *     down --the socket opens--> open
 *     open --it fails-->         down; opens again after the backoff
 *     any  --close()-->          closed
 */
const State = { down: 0, open: 1, closed: 2 } as const;
type State = (typeof State)[keyof typeof State];

class DatagramSink implements LineSink {
  readonly name: string;
  private readonly socket: DatagramSocket;
  private readonly encode: (bytes: Uint8Array) => readonly Buffer[];
  private readonly events: SinkEvents;
  private readonly backoff = new Backoff();
  private state: State = State.down;
  private openedAt = 0;
  private hasBatch = false;
  /** The batch in hand, and how many of its messages are done. */
  private messages: readonly Buffer[] = [];
  private done = 0;
  private lost = 0;

  constructor(
    name: string,
    socket: DatagramSocket,
    encode: (bytes: Uint8Array) => readonly Buffer[],
    events: SinkEvents,
  ) {
    this.name = name;
    this.socket = socket;
    this.encode = encode;
    this.events = events;
    // A failure can be reported only once the queue exists.
    setImmediate(() => this.open());
  }

  write({ bytes }: Batch): void {
    this.messages = this.encode(bytes);
    this.done = 0;
    this.lost = 0;
    this.hasBatch = true;
    this.sendNext(0);
  }

  isUp(): boolean {
    return this.state === State.open;
  }

  close(): Promise<void> {
    if (this.state === State.open) this.socket.close();
    this.state = State.closed;
    return Promise.resolve();
  }

  private open(): void {
    if (this.state === State.closed) return;
    this.socket.open((error) => {
      if (error !== undefined) {
        this.fail(error);
        return;
      }
      if (this.state === State.closed) {
        this.socket.close();
        return;
      }
      this.state = State.open;
      this.openedAt = performance.now();
      this.sendNext(0);
    });
  }

  private fail(error: Error): void {
    if (this.state === State.closed) return;
    const isStable = this.state === State.open && performance.now() - this.openedAt >= STABLE_MS;
    if (isStable) this.backoff.reset();
    this.state = State.down;
    this.socket.close();
    this.events.failed(error);
    setTimeout(() => this.open(), this.backoff.next()).unref();
  }

  /** @param turn messages sent in this turn */
  private sendNext(turn: number): void {
    if (this.state !== State.open || !this.hasBatch) return;
    if (this.done === this.messages.length) {
      this.hasBatch = false;
      this.events.acknowledged(this.lost);
      return;
    }
    this.socket.send(this.messages[this.done], (result) => this.onSent(result, turn));
  }

  private onSent(result: SendResult, turn: number): void {
    if (result instanceof Error) {
      this.fail(result);
      return;
    }
    if (result === 'full') {
      setTimeout(() => this.sendNext(0), FULL_RETRY_MS).unref();
      return;
    }
    if (result === 'too-large') {
      this.lost++;
      const size = this.messages[this.done].length;
      this.events.failed(new Error(`line of ${size} bytes exceeds the datagram size limit`));
    }
    this.done++;
    if (turn + 1 < MESSAGES_PER_TURN && this.done < this.messages.length) this.sendNext(turn + 1);
    else setImmediate(() => this.sendNext(0));
  }
}
