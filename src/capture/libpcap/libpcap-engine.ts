/**
 * The live loop over libpcap: poll(2) over all interfaces, then pcap_dispatch of each that is ready,
 * bounded by the segment's room, with pcap_dump as the C callback. Nothing crosses into JavaScript a
 * packet. The thread belongs to this loop alone.
 */

import { monotonic } from '../../observe/health.js';
import { Counter } from '../../records/counters.js';
import { Mark, RECORD_HEADER } from '../../ring/layout.js';
import { type LiveEngine, RETRY_MS } from '../engine.js';
import { newWatermark } from '../watermark.js';
import { BUFFER_BYTES, type Handle, openHandle } from './handle.js';
import { loadLibc, loadLibpcap } from './library.js';
import { newSegmentFile } from './segment-file.js';

/** The longest wait for packets: how late a signal or a closed interface may be noticed. */
const POLL_MS = 100;
/** How often the kernel's counters are read, and the interfaces looked after. */
const STATS_MS = 500;
/** Batches that one interface may hand on before the others, and a signal, get their turn. */
const ROUNDS = 64;
/**
 * Packets are let gather, since a wake-up of this thread is one of the decoders and the main thread too: once all were
 * taken, for so many milliseconds at most, and for no larger share of what the kernel may keep them back.
 */
const GATHER_MS = 10;
const GATHER_SHARE = 0.5;
/** No network is faster, in bytes a millisecond: within the pause it fills no more than the kernel's buffer. */
const FASTEST = 8e6;
/** Packets that libpcap is asked for at least. */
const FEWEST = 4;
const POLLIN = 1;
const POLLERR = 8;
const POLLFD_BYTES = 8;

interface Source {
  readonly name: string;
  handle: Handle | undefined;
  /** Its number when it was opened; undefined for `any` and what is no network interface. */
  index: number | undefined;
  /** Its socket has an error pending that libpcap has yet to look at: the interface went down. */
  troubled: boolean;
  /** Said to be down; the handle, if there still is one, goes on when it is up again. */
  down: boolean;
  /** Tries to open it again so far, and when the next is due. */
  tries: number;
  due: number;
  /** The 32-bit counters of pcap_stats(3PCAP) as last read: received, dropped, dropped by the interface. */
  readonly last: [number, number, number];
}

const STAT_COUNTERS = [
  Counter.kernel_received,
  Counter.kernel_dropped,
  Counter.kernel_interface_dropped,
] as const;

export const captureLibpcap: LiveEngine = async (context) => {
  const pcap = loadLibpcap();
  const libc = loadLibc();
  const { options, ring, counters } = context;
  const file = newSegmentFile(libc, ring);
  const record = options.snaplen + RECORD_HEADER;
  // Where only a packet or two would surely fit, calls cost more than the room is worth: it stays empty.
  const fewest = Math.max(1, Math.min(FEWEST, Math.floor(ring.freeBytes() / record / FEWEST)));

  const sources: Source[] = options.interfaces.map((name) => ({
    name,
    handle: undefined,
    index: undefined,
    troubled: false,
    down: false,
    tries: 0,
    due: 0,
    last: [0, 0, 0],
  }));
  const open = (source: Source) => {
    const handle = openHandle(pcap, libc, source.name, options);
    source.handle = handle;
    source.index = libc.interfaceState(handle.fd, source.name)?.index;
    source.troubled = false;
  };
  sources.forEach(open);
  context.ready({
    interfaces: sources.map((source) => ({
      interface: source.name,
      linkType: source.handle?.linkType ?? 0,
    })),
    bufferBytes: options.bufferBytes ?? BUFFER_BYTES,
  });

  const stat = Buffer.alloc(64);
  const readStats = (source: Source) => {
    if (source.handle === undefined || pcap.stats(source.handle.pointer, stat) !== 0) return;
    for (let i = 0; i < STAT_COUNTERS.length; i++) {
      const now = stat.readUInt32LE(i * 4);
      counters[STAT_COUNTERS[i]] += (now - source.last[i]) >>> 0;
      source.last[i] = now;
    }
  };

  let linkType = -1;
  /** Hands on what one interface has, as far as there is room; false: there may be more. */
  const take = (source: Source, handle: Handle): boolean => {
    for (let round = 0; round < ROUNDS; round++) {
      if (linkType !== handle.linkType) {
        if (!ring.writeMark(Mark.link, handle.linkType)) return false;
        linkType = handle.linkType;
      }
      // fmemopen ends what it wrote with a NUL, for which a byte of room is left.
      const fits = Math.floor((ring.freeBytes() - 1) / record);
      if (fits < fewest) {
        // While the ring is full, packets wait in the kernel's buffer, and drops are the kernel's to count.
        if (!ring.advance()) return false;
        continue;
      }
      const target = file.open();
      if (target === undefined) return false;
      const count = pcap.dispatchTo(handle.pointer, fits, target);
      if (count < 0) {
        fail(source, handle, pcap.error(handle.pointer));
        return true;
      }
      if (count === 0) return true;
      const bytes = file.written();
      counters[Counter.captured] += count;
      counters[Counter.bytes] += bytes - count * RECORD_HEADER;
      ring.append(bytes);
      if (count < fits) return true;
    }
    return false;
  };

  const wentDown = (source: Source, reason: string) => {
    if (source.down) return;
    source.down = true;
    counters[Counter.kernel_interface_errors]++;
    context.anomaly({
      action: 'interface_down',
      level: 'warn',
      message: `capture on ${source.name} stopped: ${reason}; trying again until it is back`,
      interface: source.name,
    });
  };

  const isBack = (source: Source) => {
    source.down = false;
    context.anomaly({
      action: 'interface_up',
      level: 'info',
      message: `capture on ${source.name} goes on`,
      interface: source.name,
    });
  };

  const fail = (source: Source, handle: Handle, reason: string) => {
    readStats(source);
    pcap.close(handle.pointer);
    source.handle = undefined;
    source.last.fill(0);
    source.tries = 0;
    source.due = performance.now() + RETRY_MS[0];
    wentDown(source, reason);
  };

  const retry = (source: Source) => {
    try {
      open(source);
      isBack(source);
    } catch {
      source.tries++;
      source.due = performance.now() + RETRY_MS[Math.min(source.tries, RETRY_MS.length - 1)];
    }
  };

  const isThere = (source: Source, handle: Handle): boolean => {
    if (source.index === undefined) return true;
    const state = libc.interfaceState(handle.fd, source.name);
    return state?.index === source.index && state.up;
  };

  /**
   * libpcap says nothing of an interface that went down, nor of one that is deleted while it is down: its
   * socket would wait for ever for an interface that is made anew. So that is looked after here.
   */
  const lookAfter = (source: Source, handle: Handle) => {
    if (source.index === undefined) return;
    const state = libc.interfaceState(handle.fd, source.name);
    if (state?.index !== source.index) {
      const name = libc.interfaceName(handle.fd, source.index);
      fail(
        source,
        handle,
        name === undefined ? 'the interface disappeared' : `its interface is called ${name} now`,
      );
      return;
    }
    wentDown(source, 'the interface is down');
    if (state.up) isBack(source);
  };

  const entries = Buffer.alloc(POLLFD_BYTES * sources.length);
  const wait = (ms: number): number => {
    let open = 0;
    for (const source of sources) {
      if (source.handle === undefined) continue;
      entries.writeInt32LE(source.handle.fd, open * POLLFD_BYTES);
      entries.writeInt32LE(POLLIN, open * POLLFD_BYTES + 4);
      open++;
    }
    const ready = libc.poll(entries, open, ms);
    open = 0;
    for (const source of sources) {
      if (source.handle === undefined) continue;
      if ((entries.readUInt16LE(open * POLLFD_BYTES + 6) & POLLERR) !== 0) source.troubled = true;
      open++;
    }
    return ready;
  };

  const bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
  const gather = Math.min(GATHER_MS, options.readTimeout * GATHER_SHARE, bufferBytes / FASTEST);
  /** A word that nobody wakes. */
  const still = new Int32Array(new SharedArrayBuffer(4));
  let statsDue = performance.now() + STATS_MS;
  const tellTime = newWatermark(ring, options.readTimeout);
  /** Takes what all interfaces have; false: there is more. */
  const rounds = (): boolean => {
    context.beat();
    const began = monotonic();
    let all = true;
    for (const source of sources) {
      if (source.handle !== undefined) all = take(source, source.handle) && all;
      // One that comes back while the others are drained would bring what is none of this run.
      else if (performance.now() >= source.due && !context.stopped()) retry(source);
      if (source.handle !== undefined && (source.troubled || source.down)) {
        source.troubled = false;
        lookAfter(source, source.handle);
      }
    }
    ring.announce();
    tellTime(began, all);
    if (performance.now() >= statsDue) {
      statsDue = performance.now() + STATS_MS;
      for (const source of sources) {
        readStats(source);
        // libpcap may have taken the error from the socket before poll could show it.
        if (source.handle !== undefined) source.troubled ||= !isThere(source, source.handle);
      }
    }
    return all;
  };

  let all = true;
  let last = 0;
  while (!context.stopped()) {
    wait(POLL_MS);
    const early = last + gather - performance.now();
    if (all && early > 0) Atomics.wait(still, 0, 0, early);
    last = performance.now();
    all = rounds();
    if (ring.freeBytes() === 0) ring.waitForFreeSlot(1);
  }

  // What the kernel has taken until now is drained; what comes from now on is none of this run.
  for (const source of sources) if (source.handle !== undefined) libc.rejectAll(source.handle.fd);
  const drained = performance.now() + options.readTimeout + 20;
  while (
    performance.now() < drained ||
    (wait(0) > 0 && sources.some((source) => source.handle !== undefined))
  ) {
    const before = counters[Counter.captured];
    rounds();
    if (ring.freeBytes() === 0) ring.waitForFreeSlot(10);
    else if (counters[Counter.captured] === before) wait(5);
    if (performance.now() > drained + 3000) break;
  }
  for (const source of sources) {
    readStats(source);
    if (source.handle !== undefined) pcap.close(source.handle.pointer);
  }
  file.close();
};
