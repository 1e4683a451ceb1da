/**
 * `wiretail read` in the test's own process, for a tenth of the CPU: the same command line, file reader, decoder and
 * lines, but no ring, no threads and no outputs. cli/read-in-process.test.ts compares it with the program.
 */

import { readCapture } from '../../src/capture/file/read-capture.js';
import { checkFilter, filteringSink } from '../../src/capture/libpcap/bpf-filter.js';
import { loadLibpcap } from '../../src/capture/libpcap/library.js';
import { FileClock } from '../../src/clock/file-clock.js';
import { runCommandLine } from '../../src/commands/command-line.js';
import { describeRead, loadReadConfig, readCommand } from '../../src/commands/read.js';
import type { ReadConfig } from '../../src/config/options.js';
import { VERSION } from '../../src/config/version.js';
import { newTextLines } from '../../src/lines/text-lines.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import type { Timestamp } from '../../src/packet/timestamp.js';
import { CheckpointWord } from '../../src/pipeline/decode/checkpoint.js';
import { PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { newRecordCounters } from '../../src/pipeline/decode/record-counters.js';
import { newDecoderData } from '../../src/pipeline/threads/decoder-data.js';
import { MainLines } from '../../src/pipeline/threads/main-lines.js';
import { createControl } from '../../src/pipeline/threads/messages.js';
import { createRecordCounters, Observer } from '../../src/pipeline/threads/observer.js';
import type { NumberingSink } from '../../src/pipeline/threads/ring-sink.js';
import { Counter, type CounterRow } from '../../src/records/counters.js';
import { RECORD_HEADER } from '../../src/ring/layout.js';
import { createRing } from '../../src/ring/ring.js';
import { type Line, linesOf } from './wiretail.js';

export interface InProcessRead {
  /** The exit code of the program. */
  readonly code: number;
  /** Everything written to stdout. */
  readonly stdout: string;
  readonly lines: readonly Line[];
}

/** The configuration of `read` with these arguments, without the command's name. @throws UserError */
export async function readArguments(args: readonly string[]): Promise<ReadConfig> {
  let config: ReadConfig | undefined;
  const command = {
    ...readCommand,
    async handler(given: Parameters<typeof loadReadConfig>[0]) {
      config = await loadReadConfig(given);
    },
  };
  await runCommandLine(['read', ...args], [command]);
  if (config === undefined) throw new Error(`read ${args.join(' ')} does not start a read`);
  return config;
}

/** Reads files with one decoder. @throws UserError */
export async function readInProcess(args: readonly string[]): Promise<InProcessRead> {
  const config = await readArguments(args);
  if (config.workers !== 1 || config.realtime)
    throw new Error('readInProcess() supports one worker only, and not --realtime');
  const { stdout, problems } = await read(config);
  let lines: readonly Line[] | undefined;
  return {
    code: problems > 0 ? 1 : 0,
    stdout,
    get lines() {
      lines ??= linesOf(stdout);
      return lines;
    },
  };
}

async function read(config: ReadConfig): Promise<{ stdout: string; problems: number }> {
  // The ring is not used, so it has the minimum size.
  const shared = {
    ring: createRing(8 << 20, config.ringSlots, 1),
    counters: createCounters(2),
    control: createControl(1),
    recordCounters: createRecordCounters(1),
  };
  const captured = counterRow(shared.counters, 0);
  const own = counterRow(shared.counters, 1);
  const output: string[] = [];
  /** Time of the first packet; undefined before the start line. */
  let first: Timestamp | undefined;
  let ofDecoder = 0;
  const lines = new MainLines(VERSION, config.maxLine, (line) => output.push(line));
  const observer = new Observer(VERSION, shared, 1, false, () => ({
    lines: { written: output.length, dropped: 0, ofDecoders: ofDecoder },
    outputs: undefined,
    decoderRestarts: 0,
    outOfTime: false,
    clock: { steps: 0, pauses: 0 },
  }));
  const start = (at: Timestamp) => {
    if (first !== undefined) return;
    first = at;
    lines.writeStart({ engine: 'file', timestampSource: 'file' }, describeRead(config), at);
  };

  const [{ options }] = newDecoderData(config, shared, undefined);
  const checkpoint = Float64Array.of(-1, 0);
  const memory = newTextLines((line) => {
    ofDecoder++;
    output.push(line);
  });
  const clock = new FileClock();
  const decoder = new PacketDecoder(options, {
    counters: own,
    checkpoint,
    lines: memory,
    recordCounters: newRecordCounters(shared.recordCounters, 0, own),
    clock,
  });
  const target: NumberingSink = {
    link(type) {
      checkpoint[CheckpointWord.linkType] = type;
    },
    file() {
      checkpoint[CheckpointWord.packet] = 0;
    },
    number(before) {
      checkpoint[CheckpointWord.packet] = before;
    },
    records(bytes, from, end, count) {
      captured[Counter.captured] += count;
      captured[Counter.bytes] += end - from - count * RECORD_HEADER;
      decoder.decodeRecords(bytes, from, end, () => {});
    },
    stopped: () => false,
  };
  const sink = config.filters.length === 0 ? target : filtering(config.filters, target, captured);

  const problems: Parameters<typeof lines.writeInputProblem>[0][] = [];
  for (const [index, file] of config.files.entries()) {
    sink.file(index);
    const starting = {
      ...sink,
      records(bytes: Uint8Array, from: number, end: number, count: number) {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        start({ seconds: view.getUint32(from, true), nanoseconds: view.getUint32(from + 4, true) });
        sink.records(bytes, from, end, count);
      },
    };
    const { problem } = await readCapture(file, starting);
    if (problem !== undefined) problems.push({ file, ...problem });
  }
  start({ seconds: 0, nanoseconds: 0 });
  decoder.end();
  const { seconds, nanoseconds } = clock.toWallClock(decoder.at.seconds, decoder.at.nanoseconds);
  const isFirst = first !== undefined && first.seconds >= seconds;
  const end = first !== undefined && isFirst ? first : { seconds, nanoseconds };
  for (const problem of problems) lines.writeInputProblem(problem, end);
  lines.writeStats(observer.statsLine(true), true, end);
  return { stdout: output.join(''), problems: problems.length };
}

function filtering(filters: readonly string[], target: NumberingSink, captured: CounterRow) {
  const pcap = loadLibpcap();
  checkFilter(pcap, filters);
  return filteringSink(pcap, filters, target, (packets) => {
    captured[Counter.packets_ignored_by_filter] += packets;
  });
}
