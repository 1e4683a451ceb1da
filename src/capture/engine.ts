/** What a live capture engine is to the capture thread. */
import type { CounterRow } from '../records/counters.js';
import type { RingWriter } from '../ring/writer.js';
import type { UserIds } from './privileges.js';

export interface LiveOptions {
  readonly interfaces: readonly string[];
  /** The first of these that compiles for the link is used; a user's own filter stands alone. */
  readonly filters: readonly string[];
  readonly snaplen: number;
  /** Bytes of the kernel's buffer, each interface; absent: what suits the engine. */
  readonly bufferBytes: number | undefined;
  readonly promiscuous: boolean;
  /** The most milliseconds that the kernel keeps a packet before it hands on what it has. */
  readonly readTimeout: number;
  /** Whom the process becomes once everything is open. */
  readonly user: UserIds | undefined;
}

/** Something of the capture that deserves a line. */
export interface CaptureAnomaly {
  readonly action: 'interface_down' | 'interface_up' | 'engine_died' | 'engine_started';
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly interface: string;
}

export interface Opened {
  readonly interfaces: readonly { readonly interface: string; readonly linkType: number }[];
  readonly bufferBytes: number;
  /** Packets that the buffer holds, where each takes a slot of the same size. */
  readonly bufferSlots?: number;
}

export interface LiveContext {
  readonly options: LiveOptions;
  readonly ring: RingWriter;
  readonly counters: CounterRow;
  /** True once the run is to end: no new packets are taken, those captured already are handed on. */
  stopped(): boolean;
  /** To be called at least four times a second: the capture goes on. */
  beat(): void;
  /** Every interface is open; told once. */
  ready(opened: Opened): void;
  anomaly(anomaly: CaptureAnomaly): void;
}

/** Runs until stopped. @throws UserError when the capture can't start for a reason that the user can mend */
export type LiveEngine = (context: LiveContext) => Promise<void>;

/** Waits between tries to open an interface again, in milliseconds: the last one goes on for ever. */
export const RETRY_MS: readonly number[] = [100, 250, 500, 1000, 2000];
