/** One interface of a live libpcap capture: its handle, whether it is up, and when it is opened again. */
import { Counter, type CounterRow } from '../../records/counters.js';
import { type CaptureAnomaly, type LiveOptions, RETRY_MS } from '../engine.js';
import { type Handle, openHandle } from './handle.js';
import type { Libc, Libpcap } from './library.js';

/** The counters of pcap_stats(3PCAP), in the order of struct pcap_stat. */
const STAT_COUNTERS = [
  Counter.kernel_received,
  Counter.kernel_dropped,
  Counter.kernel_interface_dropped,
] as const;
const STAT_BYTES = 64;

/** What every interface of a capture shares. */
export interface InterfaceContext {
  readonly pcap: Libpcap;
  readonly libc: Libc;
  readonly options: LiveOptions;
  readonly counters: CounterRow;
  reportAnomaly(anomaly: CaptureAnomaly): void;
}

export class CapturedInterface {
  readonly name: string;
  /** Undefined while the interface is closed and waits for retry(). */
  handle: Handle | undefined;
  /** The socket has an error that libpcap has not read yet: the interface went down. */
  socketError: boolean;
  private readonly context: InterfaceContext;
  /** The interface index at open; undefined for `any` and for devices that are not network interfaces. */
  private index: number | undefined;
  /** Reported down. The handle, if it is still open, delivers packets again once the interface is up. */
  private down: boolean;
  private retries: number;
  private retryDue: number;
  private readonly stats: Buffer;
  /** The 32-bit counters of pcap_stats(3PCAP) as last read. */
  private readonly lastStats: number[];

  constructor(context: InterfaceContext, name: string) {
    this.name = name;
    this.handle = undefined;
    this.socketError = false;
    this.context = context;
    this.index = undefined;
    this.down = false;
    this.retries = 0;
    this.retryDue = 0;
    this.stats = Buffer.alloc(STAT_BYTES);
    this.lastStats = STAT_COUNTERS.map(() => 0);
  }

  /** @throws UserError if it can't be opened */
  open(): void {
    const { pcap, libc, options } = this.context;
    this.handle = openHandle(pcap, libc, this.name, options);
    this.index = libc.interfaceState(this.handle.fd, this.name)?.index;
    this.socketError = false;
  }

  close(): void {
    if (this.handle !== undefined) this.context.pcap.close(this.handle.pointer);
    this.handle = undefined;
  }

  /** Adds what the kernel has counted since the last call. */
  readStats(): void {
    const { pcap, counters } = this.context;
    if (this.handle === undefined || pcap.stats(this.handle.pointer, this.stats) !== 0) return;
    for (let i = 0; i < STAT_COUNTERS.length; i++) {
      const now = this.stats.readUInt32LE(i * 4);
      counters[STAT_COUNTERS[i]] += (now - this.lastStats[i]) >>> 0;
      this.lastStats[i] = now;
    }
  }

  /** Closes the interface after a fault; retry() opens it again. */
  fail(reason: string): void {
    this.readStats();
    this.close();
    this.lastStats.fill(0);
    this.retries = 0;
    this.retryDue = performance.now() + RETRY_MS[0];
    this.reportDown(reason);
  }

  /** Tries to open a closed interface again, if the next try is due. */
  retry(): void {
    if (performance.now() < this.retryDue) return;
    try {
      this.open();
      this.reportUp();
    } catch {
      this.retries++;
      this.retryDue = performance.now() + RETRY_MS[Math.min(this.retries, RETRY_MS.length - 1)];
    }
  }

  /**
   * Checks an interface that is down or whose socket has an error. libpcap does not report an interface that goes
   * down, nor one that is deleted while it is down: its socket waits forever for an interface that is created again.
   */
  checkState(): void {
    if (this.handle === undefined || !(this.socketError || this.down)) return;
    this.socketError = false;
    if (this.index === undefined) return;
    const { libc } = this.context;
    const { fd } = this.handle;
    const state = libc.interfaceState(fd, this.name);
    if (state?.index !== this.index) {
      const renamed = libc.interfaceName(fd, this.index);
      this.fail(
        renamed === undefined ? 'the interface disappeared' : `the interface was renamed to ${renamed}`,
      );
      return;
    }
    this.reportDown('the interface is down');
    if (state.up) this.reportUp();
  }

  /** Finds an interface that is down although poll(2) showed no error: libpcap may have read it from the socket. */
  detectMissedError(): void {
    if (this.handle === undefined || this.socketError || this.index === undefined) return;
    const state = this.context.libc.interfaceState(this.handle.fd, this.name);
    this.socketError = state?.index !== this.index || !state.up;
  }

  private reportDown(reason: string): void {
    if (this.down) return;
    this.down = true;
    this.context.counters[Counter.kernel_interface_errors]++;
    this.context.reportAnomaly({
      action: 'interface_down',
      level: 'warn',
      message: `capture on ${this.name} stopped: ${reason}; retrying until it is back`,
      interface: this.name,
    });
  }

  private reportUp(): void {
    this.down = false;
    this.context.reportAnomaly({
      action: 'interface_up',
      level: 'info',
      message: `capture on ${this.name} resumed`,
      interface: this.name,
    });
  }
}
