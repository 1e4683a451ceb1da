/** What the threads share: start data, control words, messages. */
import type { CaptureAnomaly, LiveOptions, OpenedCapture } from '../../capture/engine.js';
import type { Select } from '../../config/select-options.js';
import type { Timestamp } from '../../packet/timestamp.js';
import type { DiscoveredBrick } from '../../protocols/protocol.js';
import type { Action } from '../../records/datasets.js';
import type { RingMemory } from '../../ring/ring.js';
import type { DecodeOptions } from '../decode/packet-decoder.js';
import type { RecordCountersMemory } from '../decode/record-counters.js';

/** Words of the shared control block; one word for each decoder follows (pendingWord). */
export const ControlWord = {
  /** 1: no new packets are captured; those captured are drained. */
  stop: 0,
  /** 1: the time for draining is over; packets left in the ring are counted as dropped. */
  abandon: 1,
} as const;
const CONTROL_WORDS = 2;

/** The word with the bytes of lines that a decoder has delivered and that are not written yet. */
export function pendingWord(decoder: number): number {
  return CONTROL_WORDS + decoder;
}

export function createControl(decoders: number): SharedArrayBuffer {
  return new SharedArrayBuffer((CONTROL_WORDS + decoders) * 4);
}

/** Memory that all threads share. */
export interface Shared {
  readonly ring: RingMemory;
  readonly counters: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly recordCounters: RecordCountersMemory;
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
      /** As in LiveOptions; empty: every packet. */
      readonly filters: readonly string[];
      readonly realtime: boolean;
    };

export interface CaptureData extends Shared {
  readonly source: Source;
  readonly counterRow: number;
}

/** The input, as the start line shows it. */
export interface StartInfo {
  readonly engine: string;
  /** Live only. */
  readonly opened?: OpenedCapture;
  readonly timestampSource: 'kernel' | 'callback' | 'file';
  /** Timestamp of the first packet; files only, absent if there is none. */
  readonly first?: Timestamp;
}

/** A fault in an input file: exit code 1. The packets before it are decoded. */
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
  /** `isUserError`: the user can fix it (exit code 2). */
  | { readonly kind: 'failed'; readonly isUserError: boolean; readonly reason: string };

export interface DecoderData extends Shared {
  readonly decoder: number;
  readonly counterRow: number;
  /** The numbers of a Checkpoint, which outlive the thread. */
  readonly checkpoint: SharedArrayBuffer;
  readonly options: DecodeOptions;
  /** Bytes of lines that may wait to be written. Beyond it a live capture drops lines; reading a file waits. */
  readonly pendingLimit: number;
  /**
   * The least time between two batches of lines while packets arrive in bulk, in milliseconds. A batch wakes the main
   * thread and its outputs, which costs more than many lines do.
   */
  readonly coalescingDelay: number;
  readonly live: boolean;
}

export type ToDecoder =
  /** From another decoder. */
  | { readonly kind: 'brickDiscovered'; readonly brick: DiscoveredBrick }
  /** Changes which records become lines. */
  | { readonly kind: 'select'; readonly select: Select };

export type FromDecoder =
  /** `since`: timestamp of the oldest packet with a line, in milliseconds of monotonic(); NaN: unknown. */
  | { readonly kind: 'lines'; readonly lines: Uint8Array; readonly count: number; readonly since: number }
  /** The actions that it counts calls by; the same from all decoders. */
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  /** Forwarded to the other decoders. */
  | { readonly kind: 'brickDiscovered'; readonly brick: DiscoveredBrick }
  /** With the timestamp of its latest packet. */
  | ({ readonly kind: 'done' } & Timestamp);
