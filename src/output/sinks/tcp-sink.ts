/**
 * Writes to a TCP connection that is made again when it breaks. A batch that the kernel has not taken completely by then
 * is sent again as a whole: lines may arrive twice. What the kernel took and the peer did not is lost unnoticed: syslog
 * has no acknowledgements.
 */
import { connect, type Socket } from 'node:net';
import type { Batch, LineSink, LineSinkFactory, SinkEvents } from '../line-sink.js';
import { Backoff } from './backoff.js';

/** Without traffic, the kernel's probes detect a peer that vanished. */
const KEEPALIVE_MS = 30000;
/** A connection that stood this long resets the backoff. */
const STABLE_MS = 5000;
const CLOSE_TIMEOUT_MS = 1000;

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

export function tcpSink(
  name: string,
  target: TcpTarget,
  encode: (bytes: Uint8Array) => Buffer,
): LineSinkFactory {
  return (events) => new TcpSink(name, target, encode, events);
}

/**
 *     connecting --the connection stands--> connected
 *     connecting, connected --it closes-->  connecting, after the backoff
 *     any        --close()-->               closed
 */
const State = { connecting: 0, connected: 1, closed: 2 } as const;
type State = (typeof State)[keyof typeof State];

class TcpSink implements LineSink {
  readonly name: string;
  private readonly target: TcpTarget;
  private readonly encode: (bytes: Uint8Array) => Buffer;
  private readonly events: SinkEvents;
  private readonly backoff = new Backoff();
  private state: State = State.connecting;
  /** The latest, connected or not. */
  private socket: Socket | undefined;
  /** The batch in hand. */
  private bytes: Buffer | undefined;

  constructor(name: string, target: TcpTarget, encode: (bytes: Uint8Array) => Buffer, events: SinkEvents) {
    this.name = name;
    this.target = target;
    this.encode = encode;
    this.events = events;
    // A failure can be reported only once the queue exists.
    setImmediate(() => this.connect());
  }

  write({ bytes }: Batch): void {
    this.bytes = this.encode(bytes);
    if (this.state === State.connected) this.send();
  }

  isUp(): boolean {
    return this.state === State.connected;
  }

  close(): Promise<void> {
    const { socket } = this;
    const isConnected = this.state === State.connected;
    this.state = State.closed;
    if (socket === undefined || !isConnected) {
      socket?.destroy();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end();
    });
  }

  private connect(): void {
    if (this.state === State.closed) return;
    let cause = new Error('connection closed by peer');
    let connectedAt = 0;
    const socket = connect({
      ...this.target,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
      noDelay: true,
    });
    this.socket = socket;
    // The peer sends nothing but its end, which only a stream that is read reports.
    socket.resume();
    socket.on('connect', () => {
      connectedAt = performance.now();
      if (this.state === State.closed) return;
      this.state = State.connected;
      this.send();
    });
    socket.on('error', (error) => {
      cause = error;
    });
    socket.on('close', () => {
      if (this.state === State.closed) return;
      this.state = State.connecting;
      if (connectedAt > 0 && performance.now() - connectedAt >= STABLE_MS) this.backoff.reset();
      this.events.failed(cause);
      setTimeout(() => this.connect(), this.backoff.next()).unref();
    });
  }

  private send(): void {
    const { socket, bytes } = this;
    if (socket === undefined || bytes === undefined) return;
    socket.write(bytes, (error) => {
      if (error || this.socket !== socket || this.bytes !== bytes) return;
      this.bytes = undefined;
      this.events.acknowledged(0);
    });
  }
}
