/** The interface between the capture thread and a live capture engine. */
import type { CounterRow } from '../records/counters.js';
import type { RingWriter } from '../ring/writer.js';
import type { UserIds } from './privileges.js';

export interface LiveOptions {
  readonly interfaces: readonly string[];
  /** Alternatives: the first that compiles for the link type is used. A user's own filter is the only one. */
  readonly filters: readonly string[];
  readonly snaplen: number;
  /** Bytes of the kernel's capture buffer, for each interface; undefined: the engine's default. */
  readonly bufferBytes: number | undefined;
  readonly promiscuous: boolean;
  /** Milliseconds: the maximum time the kernel buffers a packet. */
  readonly readTimeout: number;
  /** The user that the process becomes once all interfaces are open. */
  readonly user: UserIds | undefined;
}

/** An event of the capture that becomes an anomaly line. */
export interface CaptureAnomaly {
  readonly action: 'interface_down' | 'interface_up';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly interface: string;
}

export interface OpenedCapture {
  readonly interfaces: readonly { readonly interface: string; readonly linkType: number }[];
  readonly bufferBytes: number;
  /** The number of packets that the buffer holds, where every packet takes a slot of the same size. */
  readonly bufferSlots?: number;
}

export interface LiveContext {
  readonly options: LiveOptions;
  readonly ring: RingWriter;
  readonly counters: CounterRow;
  /** True once the run is to end: the engine delivers what is captured already and takes no new packets. */
  stopped(): boolean;
  /** Reports progress; to be called at least four times a second. */
  heartbeat(): void;
  /** Every interface is open. Called once. */
  ready(opened: OpenedCapture): void;
  reportAnomaly(anomaly: CaptureAnomaly): void;
}

/** Runs until stopped. @throws UserError if the capture can't start for a reason that the user can fix */
export type LiveEngine = (context: LiveContext) => Promise<void>;

/** Milliseconds between attempts to open an interface again; the last value repeats. */
export const RETRY_MS: readonly number[] = [100, 250, 500, 1000, 2000];
