/** The capture thread: brings packets into the ring, from an engine or from files, and says how it goes. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { LiveContext } from '../../capture/engine.js';
import { pacedSink } from '../../capture/file/paced-sink.js';
import type { PacketSink } from '../../capture/sink.js';
import { UserError } from '../../config/user-error.js';
import { counterRow } from '../../observe/counters.js';
import { newHeartbeat, OVER } from '../../observe/health.js';
import { Counter } from '../../records/counters.js';
import { RingWriter } from '../../ring/writer.js';
import { type CaptureData, ControlWord, type FromCapture, type Source } from './messages.js';
import { ringSink } from './ring-sink.js';

/** How often people are told how far the reading is. */
const PROGRESS_MS = 100;

const data = workerData as CaptureData;
const control = new Int32Array(data.control);
const counters = counterRow(data.counters, data.counterRow);
const ring = new RingWriter(data.ring);

function tell(message: FromCapture): void {
  parentPort?.postMessage(message);
}

function stopped(): boolean {
  return Atomics.load(control, ControlWord.stop) === 1;
}

/** Loaded where it is wanted, as each source is: without koffi, which can't be everywhere, the engine cap still works. */
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
  const pcap = source.engine === 'cap' ? 'not asked for' : await tryLibpcap();
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
    stopped,
    heartbeat: newHeartbeat(counters),
    ready: (opened) => {
      if (user !== undefined) privileges?.becomeUser(user, engine === 'cap');
      tell({
        kind: 'ready',
        start: { engine, opened, timestampSource: engine === 'cap' ? 'callback' : 'kernel' },
      });
    },
    reportAnomaly: (anomaly) => tell({ kind: 'anomaly', anomaly }),
  };
  if (typeof pcap !== 'string') return pcap.captureLibpcap(context);
  const { captureCap } = await import('../../capture/cap/cap-engine.js');
  return captureCap(context);
}

async function readFiles(source: Source & { kind: 'files' }): Promise<void> {
  const { readCapture } = await import('../../capture/file/read-capture.js');
  for (const file of source.files) await checkReadable(file);
  const target = ringSink(ring, counters, stopped);
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
  const announced = announcing(sink);
  let told = 0;
  for (const [index, file] of source.files.entries()) {
    announced.file(index);
    const result = await readCapture(file, announced, {
      onProgress(bytes, total) {
        const now = performance.now();
        if (now - told < PROGRESS_MS) return;
        told = now;
        tell({ kind: 'progress', bytes, total });
      },
    });
    if (result.problem !== undefined) tell({ kind: 'problem', problem: { file, ...result.problem } });
    if (stopped()) break;
  }
  announced.announce();
}

async function checkReadable(file: string): Promise<void> {
  if (file === '-') return;
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : String(code);
    throw new UserError(`can't read ${file}: ${why}`);
  }
}

/** Says `ready` with the first packet's time, before that packet goes on. */
function announcing(inner: PacketSink): PacketSink & { announce(): void } {
  let announced = false;
  const announce = (first?: { seconds: number; nanoseconds: number }) => {
    if (announced) return;
    announced = true;
    const start = { engine: 'file', timestampSource: 'file' } as const;
    tell({ kind: 'ready', start: first === undefined ? start : { ...start, first } });
  };
  return {
    ...inner,
    records(bytes, start, end, count) {
      if (!announced && count > 0) {
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
  const user = error instanceof UserError;
  const reason =
    error instanceof Error ? (user ? error.message : (error.stack ?? error.message)) : String(error);
  tell({ kind: 'failed', user, reason });
} finally {
  counters[Counter.heartbeat] = OVER;
  ring.finish();
}
