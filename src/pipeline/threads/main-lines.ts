/** The main thread's own records: the start of the run, anomalies of the capture, statistics. */
import { hostname } from 'node:os';
import type { CaptureAnomaly } from '../../capture/engine.js';
import { newLineWriter } from '../../lines/line-writer.js';
import { newTextLines } from '../../lines/text-lines.js';
import type { ClockEvent } from '../../observe/clocks.js';
import type { OutputEvent } from '../../output/line-sink.js';
import type { JsonObject, RecordBody } from '../../records/record.js';
import type { InputProblem, StartInfo } from './messages.js';

export interface MainLines {
  start(info: StartInfo, config: JsonObject, at: Time): void;
  /** The start line for a file that goes on with the run; undefined before the run's own. */
  startAgain(at: Time): string | undefined;
  output(event: OutputEvent, at: Time): void;
  capture(anomaly: CaptureAnomaly): void;
  clock(event: ClockEvent, message: string): void;
  problem(problem: InputProblem, at: Time): void;
  decoderDied(decoder: number, reason: string): void;
  stats(stats: JsonObject, final: boolean, at: Time): void;
}

interface StartOfRun {
  readonly info: StartInfo;
  readonly config: JsonObject;
  /** Files that began with it so far, over all outputs: no two begin alike. */
  readonly files: number;
}

export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export function wallClock(): Time {
  const now = Date.now();
  return { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1000000 };
}

export function newMainLines(version: string, maxLine: number, emit: (line: string) => void): MainLines {
  let take = emit;
  let started: StartOfRun | undefined;
  const log = newLineWriter(
    maxLine,
    newTextLines((line) => take(line)),
  );
  const beginnings = log.prefixesFor({ host: { hostname: hostname() } });
  const write = (
    at: Time,
    body: Pick<RecordBody, 'dataset' | 'action' | 'message' | 'sections'> & Partial<RecordBody>,
  ) => {
    log.write(beginnings, { level: 'info', packet: 0, replyPacket: 0, ...at, ...body });
  };
  const anomaly = (
    at: Time,
    level: RecordBody['level'],
    action: string,
    message: string,
    details: JsonObject,
  ) =>
    write(at, {
      dataset: 'wiretail.anomaly',
      action,
      level,
      message,
      sections: { wiretail: { anomaly: details } },
    });

  const writeStart = ({ info, config, files }: StartOfRun, at: Time) => {
    const { opened } = info;
    const on = opened?.interfaces.map((one) => one.interface).join(', ');
    const what = opened === undefined ? 'reading' : `capturing on ${on} with ${info.engine}`;
    write(at, {
      dataset: 'wiretail.start',
      action: files === 1 ? 'start' : 'continue',
      message: `wiretail ${version} ${what}`,
      sections: {
        wiretail: {
          version,
          engine: info.engine,
          interfaces: opened?.interfaces.map((one) => ({ name: one.interface, link_type: one.linkType })),
          buffer_bytes: opened?.bufferBytes,
          buffer_slots: opened?.bufferSlots,
          timestamp: { source: info.timestampSource },
          file_number: files === 1 ? undefined : files,
          ...config,
        },
      },
    });
  };

  return {
    start(info, config, at) {
      started = { info, config, files: 1 };
      writeStart(started, at);
    },
    startAgain(at) {
      if (started === undefined) return undefined;
      started = { ...started, files: started.files + 1 };
      let text = '';
      take = (line) => {
        text = line;
      };
      writeStart(started, at);
      take = emit;
      return text;
    },
    output({ action, level, message, output, error, dropped }, at) {
      anomaly(at, level, action, message, { output, error, dropped_lines: dropped });
    },
    capture({ action, level, message, interface: name }) {
      anomaly(wallClock(), level, action, message, { interface: name });
    },
    clock({ action, milliseconds }, message) {
      const nanoseconds = Math.round(milliseconds) * 1e6;
      const details = action === 'paused' ? { pause: nanoseconds } : { step: nanoseconds };
      anomaly(wallClock(), 'warn', action, message, details);
    },
    problem({ file, kind, text, offset }, at) {
      const message = `${file === '-' ? 'standard input' : file}: ${text}`;
      anomaly(at, 'error', `file_${kind}`, message, { file, offset, reason: text });
    },
    decoderDied(decoder, reason) {
      const message = `decoder ${decoder} died and is replaced: ${reason.split('\n')[0]}`;
      anomaly(wallClock(), 'error', 'decoder_died', message, { decoder, error: reason.slice(0, 2000) });
    },
    stats(stats, final, at) {
      const packets = stats.packets as { seen: number; decoded: number; ignored: number; dropped: number };
      write(at, {
        dataset: 'wiretail.stats',
        action: final ? 'final' : 'interval',
        message: `${packets.seen} packets seen: ${packets.decoded} decoded, ${packets.ignored} ignored, ${packets.dropped} dropped`,
        sections: { wiretail: { stats } },
      });
    },
  };
}
