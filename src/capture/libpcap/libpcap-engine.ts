/**
 * Live capture with libpcap: poll(2) over all interfaces, then pcap_dispatch of each that is ready, limited by the
 * room in the ring's segment. No packet crosses into JavaScript. The loop has its thread to itself.
 */

import { monotonic } from '../../observe/health.js';
import { Counter } from '../../records/counters.js';
import type { LiveContext, LiveEngine } from '../engine.js';
import { newWatermark } from '../watermark.js';
import { CapturedInterface } from './captured-interface.js';
import { BUFFER_BYTES } from './handle.js';
import { type Libc, loadLibc, loadLibpcap } from './library.js';
import { PollSet } from './poll-set.js';
import { RingTransfer } from './ring-transfer.js';

/** The longest wait for packets, which bounds how late a stop or a closed interface is noticed. */
const POLL_MS = 100;
/** How often the kernel's counters are read and the interfaces are checked. */
const STATS_MS = 500;
/**
 * Poll coalescing: once all packets are taken, the loop pauses, since waking this thread also wakes a decoder and the
 * main thread. The pause is at most COALESCE_MS, and at most this share of the kernel's read timeout.
 */
const COALESCE_MS = 10;
const COALESCE_SHARE = 0.5;
/** Bytes a millisecond of the fastest network: during a pause it must not fill the kernel's buffer. */
const MAX_BYTES_PER_MS = 8e6;
/** After a stop: waits while the ring is full and while no packets come, and the time limit after the read timeout. */
const DRAIN_ROOM_MS = 10;
const DRAIN_POLL_MS = 5;
const DRAIN_SLACK_MS = 20;
const DRAIN_LIMIT_MS = 3000;

export const captureLibpcap: LiveEngine = async (context) => {
  const capture = new LibpcapCapture(context);
  capture.open();
  capture.captureUntilStopped();
  capture.drainKernelBuffers();
  capture.close();
};

class LibpcapCapture {
  private readonly context: LiveContext;
  private readonly libc: Libc;
  private readonly interfaces: readonly CapturedInterface[];
  private readonly pollSet: PollSet;
  private readonly transfer: RingTransfer;
  private readonly reportWatermark: (began: number, drained: boolean) => void;
  private statsDue: number;

  constructor(context: LiveContext) {
    const { options, ring, counters } = context;
    const pcap = loadLibpcap();
    this.context = context;
    this.libc = loadLibc();
    const shared = {
      pcap,
      libc: this.libc,
      options,
      counters,
      reportAnomaly: context.reportAnomaly,
    };
    this.interfaces = options.interfaces.map((name) => new CapturedInterface(shared, name));
    this.pollSet = new PollSet(this.libc, this.interfaces);
    this.transfer = new RingTransfer(pcap, this.libc, ring, counters, options.snaplen);
    this.reportWatermark = newWatermark(ring, options.readTimeout);
    this.statsDue = performance.now() + STATS_MS;
  }

  /** @throws UserError if an interface can't be opened */
  open(): void {
    for (const captured of this.interfaces) captured.open();
    this.context.ready({
      interfaces: this.interfaces.map(({ name, handle }) => ({
        interface: name,
        linkType: handle?.linkType ?? 0,
      })),
      bufferBytes: this.context.options.bufferBytes ?? BUFFER_BYTES,
    });
  }

  captureUntilStopped(): void {
    const { ring, options } = this.context;
    const bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
    const pause = Math.min(COALESCE_MS, options.readTimeout * COALESCE_SHARE, bufferBytes / MAX_BYTES_PER_MS);
    /** A word that is never notified: Atomics.wait() on it sleeps. */
    const sleepWord = new Int32Array(new SharedArrayBuffer(4));
    let drained = true;
    let lastRound = 0;
    while (!this.context.stopped()) {
      this.pollSet.wait(POLL_MS);
      const left = lastRound + pause - performance.now();
      if (drained && left > 0) Atomics.wait(sleepWord, 0, 0, left);
      lastRound = performance.now();
      drained = this.captureRound();
      if (ring.freeBytes() === 0) ring.waitForFreeSlot(1);
    }
  }

  /** Takes what the kernel has captured up to now. Later packets are not part of this run. */
  drainKernelBuffers(): void {
    const { ring, options, counters } = this.context;
    for (const { handle } of this.interfaces) if (handle !== undefined) this.libc.rejectAll(handle.fd);
    const timedOut = performance.now() + options.readTimeout + DRAIN_SLACK_MS;
    while (performance.now() < timedOut || this.hasPackets()) {
      const before = counters[Counter.captured];
      this.captureRound();
      if (ring.freeBytes() === 0) ring.waitForFreeSlot(DRAIN_ROOM_MS);
      else if (counters[Counter.captured] === before) this.pollSet.wait(DRAIN_POLL_MS);
      if (performance.now() > timedOut + DRAIN_LIMIT_MS) break;
    }
  }

  close(): void {
    for (const captured of this.interfaces) {
      captured.readStats();
      captured.close();
    }
    this.transfer.close();
  }

  private hasPackets(): boolean {
    return this.pollSet.wait(0) > 0 && this.interfaces.some(({ handle }) => handle !== undefined);
  }

  /** Takes the packets of all interfaces once. @returns false if more are waiting */
  private captureRound(): boolean {
    this.context.heartbeat();
    const began = monotonic();
    let drained = true;
    for (const captured of this.interfaces) {
      if (captured.handle !== undefined) drained = this.transfer.drain(captured) && drained;
      // Not after a stop: an interface that comes back then would bring packets that are not part of this run.
      else if (!this.context.stopped()) captured.retry();
      captured.checkState();
    }
    this.context.ring.announce();
    this.reportWatermark(began, drained);
    if (performance.now() >= this.statsDue) this.readStats();
    return drained;
  }

  private readStats(): void {
    this.statsDue = performance.now() + STATS_MS;
    for (const captured of this.interfaces) {
      captured.readStats();
      captured.detectMissedError();
    }
  }
}
