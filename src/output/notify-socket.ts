/**
 * The socket of the service manager: each message of sd_notify(3) is a datagram. It is opened at once, since the user
 * that the daemon becomes may not be allowed to, and again when its peer is gone. Messages stay in order.
 */
import type { DatagramSocket, SendResult } from './sinks/datagram-sink.js';

/** While the manager reads nothing, further messages are dropped. */
const MAX_QUEUED = 32;
/** How long to wait for room: the kernel queues few datagrams (net.unix.max_dgram_qlen). */
const FULL_RETRY_MS = 20;

/**
 *     opening --the socket opens--> sending, or idle if nothing is queued
 *     idle    --send()-->           sending
 *     sending --the queue empties-> idle
 *     sending --the peer is gone--> opening, once for each message
 *     opening, sending --failure--> closed: the queue is dropped
 *     closed  --send()-->           opening
 */
const State = { opening: 0, idle: 1, sending: 2, closed: 3 } as const;
type State = (typeof State)[keyof typeof State];

export class NotifySocket {
  private readonly socket: DatagramSocket;
  private readonly onFailed: (error: Error) => void;
  private readonly queue: string[] = [];
  private state: State = State.opening;
  private hasFailed = false;

  /** @param onFailed called at the first of consecutive failures */
  constructor(socket: DatagramSocket, onFailed: (error: Error) => void) {
    this.socket = socket;
    this.onFailed = onFailed;
    this.open();
  }

  send(message: string): void {
    if (this.queue.length === MAX_QUEUED) return;
    this.queue.push(message);
    if (this.state === State.idle) this.sendNext(false);
    else if (this.state === State.closed) this.open();
  }

  private open(): void {
    this.state = State.opening;
    this.socket.open((error) => {
      if (error === undefined) this.sendNext(true);
      else this.fail(error);
    });
  }

  /** @param isReopened the socket was opened for this message: a failure is final */
  private sendNext(isReopened: boolean): void {
    const [message] = this.queue;
    if (message === undefined) {
      this.state = State.idle;
      return;
    }
    this.state = State.sending;
    this.socket.send(Buffer.from(message), (result) => this.onSent(result, isReopened));
  }

  private onSent(result: SendResult, isReopened: boolean): void {
    if (result === 'sent') {
      this.hasFailed = false;
      this.queue.shift();
      this.sendNext(false);
    } else if (result === 'full') {
      setTimeout(() => this.sendNext(isReopened), FULL_RETRY_MS).unref();
    } else if (result === 'too-large') {
      this.fail(new Error('message too large'));
    } else if (isReopened) {
      this.fail(result);
    } else {
      this.socket.close();
      this.open();
    }
  }

  private fail(error: Error): void {
    this.state = State.closed;
    this.socket.close();
    this.queue.length = 0;
    if (!this.hasFailed) this.onFailed(error);
    this.hasFailed = true;
  }
}
