/** What the threads say to each other: the data they start with, the words they share, the messages. */
import type { CaptureAnomaly, LiveOptions, OpenedCapture } from '../../capture/engine.js';
import type { Select } from '../../config/select-options.js';
import type { DiscoveredBrick } from '../../protocols/protocol.js';
import type { Action } from '../../records/datasets.js';
import type { RingMemory } from '../../ring/ring.js';
import type { DecodeOptions } from '../decode/packet-decoder.js';
import type { RecordCountersMemory } from '../decode/record-counters.js';

/** Words of the shared control block; behind them one word a decoder, see pendingWord. */
export const ControlWord = {
  /** 1: the run is to end; what was captured is drained. */
  stop: 0,
  /** 1: the time to drain is over; what is left is counted as dropped. */
  abandon: 1,
} as const;
const CONTROL_WORDS = 2;

/** The bytes of lines that a decoder has handed over and that are not written yet. */
export function pendingWord(decoder: number): number {
  return CONTROL_WORDS + decoder;
}

export function createControl(decoders: number): SharedArrayBuffer {
  return new SharedArrayBuffer((CONTROL_WORDS + decoders) * 4);
}

/** What every thread is handed. */
export interface Shared {
  readonly ring: RingMemory;
  readonly counters: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly tallies: RecordCountersMemory;
}

export type Source =
  | {
      readonly kind: 'live';
      readonly engine: 'auto' | 'libpcap' | 'cap';
      readonly options: LiveOptions;
    }
  | {
      readonly kind: 'files';
      readonly files: readonly string[];
      /** As LiveOptions has them; empty: every packet. */
      readonly filters: readonly string[];
      readonly realtime: boolean;
    };

export interface CaptureData extends Shared {
  readonly source: Source;
  readonly counterRow: number;
}

/** What the start line says of the input. */
export interface StartInfo {
  readonly engine: string;
  /** Live only. */
  readonly opened?: OpenedCapture;
  readonly timestampSource: 'kernel' | 'callback' | 'file';
  /** Time of the first packet; files only, and only if there is one. */
  readonly first?: { seconds: number; nanoseconds: number };
}

/** A fault of the input that ends with exit code 1: everything whole before it was decoded. */
export interface InputProblem {
  readonly file: string;
  readonly kind: 'truncated' | 'corrupt';
  readonly text: string;
  readonly offset: number;
}

export type FromCapture =
  | { readonly kind: 'ready'; readonly start: StartInfo }
  | { readonly kind: 'anomaly'; readonly anomaly: CaptureAnomaly }
  | { readonly kind: 'problem'; readonly problem: InputProblem }
  | { readonly kind: 'progress'; readonly bytes: number; readonly total: number | undefined }
  /** `user`: the user can mend it (exit code 2). */
  | { readonly kind: 'failed'; readonly user: boolean; readonly reason: string };

export interface DecoderData extends Shared {
  readonly decoder: number;
  readonly counterRow: number;
  /** DecodePlace's numbers, which outlive the thread. */
  readonly place: SharedArrayBuffer;
  readonly options: DecodeOptions;
  /** Bytes of lines that may wait to be written; beyond it lines are dropped (live) or wait (files). */
  readonly pendingLimit: number;
  /**
   * The least time from one hand-over of lines to the next while packets come in bulk, in milliseconds: each wakes the
   * main thread and its outputs, which costs more than many lines do.
   */
  readonly linger: number;
  readonly live: boolean;
}

export type ToDecoder =
  /** What another decoder has found. */
  | { readonly kind: 'found'; readonly brick: DiscoveredBrick }
  /** What is written from here on. */
  | { readonly kind: 'select'; readonly select: Select };

export type FromDecoder =
  /** `since`: the time of the oldest packet with a line in it, in milliseconds of monotonic(); NaN: not known. */
  | { readonly kind: 'lines'; readonly lines: Uint8Array; readonly count: number; readonly since: number }
  /** What it counts calls by; all decoders say the same. */
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  /** For the other decoders, each of which gets it as it is. */
  | { readonly kind: 'found'; readonly brick: DiscoveredBrick }
  | { readonly kind: 'done'; readonly seconds: number; readonly nanoseconds: number };
