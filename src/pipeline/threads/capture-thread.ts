/** The capture thread: writes packets into the ring, from a capture engine or from files. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { LiveContext } from '../../capture/engine.js';
import { pacedSink } from '../../capture/file/paced-sink.js';
import type { PacketSink } from '../../capture/sink.js';
import { UserError } from '../../config/user-error.js';
import { counterRow } from '../../observe/counters.js';
import { newHeartbeat, OVER } from '../../observe/health.js';
import type { Timestamp } from '../../packet/timestamp.js';
import { Counter } from '../../records/counters.js';
import { RingWriter } from '../../ring/writer.js';
import { type CaptureData, ControlWord, type FromCapture, type Source } from './messages.js';
import { ringSink } from './ring-sink.js';

/** The least time between two progress messages. */
const PROGRESS_MS = 100;

const data = workerData as CaptureData;
const control = new Int32Array(data.control);
const counters = counterRow(data.counters, data.counterRow);
const ring = new RingWriter(data.ring);

function post(message: FromCapture): void {
  parentPort?.postMessage(message);
}

function isStopped(): boolean {
  return Atomics.load(control, ControlWord.stop) === 1;
}

/**
 * Loaded on demand: where koffi is not available, the engine cap still works.
 *
 * @returns the reason if libpcap can't be loaded
 */
async function tryLibpcap() {
  try {
    const [{ loadLibpcap }, { checkFilter, filteringSink }, { captureLibpcap }] = await Promise.all([
      import('../../capture/libpcap/library.js'),
      import('../../capture/libpcap/bpf-filter.js'),
      import('../../capture/libpcap/libpcap-engine.js'),
    ]);
    return { library: loadLibpcap(), checkFilter, filteringSink, captureLibpcap };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function captureLive(source: Source & { kind: 'live' }): Promise<void> {
  const pcap = source.engine === 'cap' ? 'not requested' : await tryLibpcap();
  if (typeof pcap === 'string' && source.engine === 'libpcap') {
    throw new UserError(`${pcap}: install libpcap0.8, or use --engine cap`);
  }
  const engine = typeof pcap === 'string' ? 'cap' : 'libpcap';
  if (typeof pcap !== 'string') pcap.checkFilter(pcap.library, source.options.filters);
  const { user } = source.options;
  const privileges = user === undefined ? undefined : await import('../../capture/privileges.js');
  const context: LiveContext = {
    options: source.options,
    ring,
    counters,
    stopped: isStopped,
    heartbeat: newHeartbeat(counters),
    ready: (opened) => {
      if (user !== undefined) privileges?.becomeUser(user, engine === 'cap');
      post({
        kind: 'ready',
        start: { engine, opened, timestampSource: engine === 'cap' ? 'callback' : 'kernel' },
      });
    },
    reportAnomaly: (anomaly) => post({ kind: 'anomaly', anomaly }),
  };
  if (typeof pcap !== 'string') return pcap.captureLibpcap(context);
  const { captureCap } = await import('../../capture/cap/cap-engine.js');
  return captureCap(context);
}

async function readFiles(source: Source & { kind: 'files' }): Promise<void> {
  const { readCapture } = await import('../../capture/file/read-capture.js');
  for (const file of source.files) await checkReadable(file);
  const target = ringSink(ring, counters, isStopped);
  let sink: PacketSink = target;
  if (source.filters.length > 0) {
    const pcap = await tryLibpcap();
    if (typeof pcap === 'string') throw new UserError(`a filter needs libpcap: ${pcap}`);
    pcap.checkFilter(pcap.library, source.filters);
    sink = pcap.filteringSink(pcap.library, source.filters, target, (packets) => {
      counters[Counter.packets_ignored_by_filter] += packets;
    });
  }
  if (source.realtime) sink = pacedSink(sink);
  const announced = announcingSink(sink);
  let reportedAt = 0;
  for (const [index, file] of source.files.entries()) {
    announced.file(index);
    const result = await readCapture(file, announced, {
      onProgress(bytes, total) {
        const now = performance.now();
        if (now - reportedAt < PROGRESS_MS) return;
        reportedAt = now;
        post({ kind: 'progress', bytes, total });
      },
    });
    if (result.problem !== undefined) post({ kind: 'problem', problem: { file, ...result.problem } });
    if (isStopped()) break;
  }
  announced.announce();
}

async function checkReadable(file: string): Promise<void> {
  if (file === '-') return;
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : String(code);
    throw new UserError(`can't read ${file}: ${reason}`);
  }
}

/** Posts `ready` with the first packet's timestamp before it passes that packet on. */
function announcingSink(inner: PacketSink): PacketSink & { announce(): void } {
  let isAnnounced = false;
  const announce = (first?: Timestamp) => {
    if (isAnnounced) return;
    isAnnounced = true;
    const start = { engine: 'file', timestampSource: 'file' } as const;
    post({ kind: 'ready', start: first === undefined ? start : { ...start, first } });
  };
  return {
    ...inner,
    records(bytes, start, end, count) {
      if (!isAnnounced && count > 0) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        announce({ seconds: view.getUint32(start, true), nanoseconds: view.getUint32(start + 4, true) });
      }
      inner.records(bytes, start, end, count);
    },
    announce,
  };
}

try {
  if (data.source.kind === 'live') await captureLive(data.source);
  else await readFiles(data.source);
} catch (error) {
  const isUserError = error instanceof UserError;
  const reason =
    error instanceof Error ? (isUserError ? error.message : (error.stack ?? error.message)) : String(error);
  post({ kind: 'failed', isUserError, reason });
} finally {
  counters[Counter.heartbeat] = OVER;
  ring.finish();
}
