/** The records of the main thread: the start of the run, anomalies of capture and outputs, statistics. */
import { hostname } from 'node:os';
import type { CaptureAnomaly } from '../../capture/engine.js';
import { type LinePrefixes, type LineWriter, newLineWriter } from '../../lines/line-writer.js';
import { newTextLines } from '../../lines/text-lines.js';
import type { ClockEvent } from '../../observe/clocks.js';
import type { OutputEvent } from '../../output/line-sink.js';
import type { Timestamp } from '../../packet/timestamp.js';
import type { JsonObject, RecordBody } from '../../records/record.js';
import type { InputProblem, StartInfo } from './messages.js';

interface RunStart {
  readonly info: StartInfo;
  readonly config: JsonObject;
}

export function wallClock(): Timestamp {
  const now = Date.now();
  return { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1000000 };
}

export class MainLines {
  private readonly version: string;
  private readonly log: LineWriter;
  private readonly prefixes: LinePrefixes;
  private emit: (line: string) => void;
  private run: RunStart | undefined = undefined;
  /** Start lines so far, over all outputs: each has a number. */
  private startLines = 0;

  constructor(version: string, maxLine: number, emit: (line: string) => void) {
    this.version = version;
    this.emit = emit;
    this.log = newLineWriter(
      maxLine,
      newTextLines((line) => this.emit(line)),
    );
    this.prefixes = this.log.prefixesFor({ host: { hostname: hostname() } });
  }

  /** @param config the configuration, as the start line shows it */
  writeStart(info: StartInfo, config: JsonObject, at: Timestamp): void {
    this.run = { info, config };
    this.writeStartLine(this.run, at);
  }

  /** The start line of a later file of this run; undefined before writeStart(). */
  continuationLine(at: Timestamp): string | undefined {
    if (this.run === undefined) return undefined;
    const { emit } = this;
    let text = '';
    this.emit = (line) => {
      text = line;
    };
    this.writeStartLine(this.run, at);
    this.emit = emit;
    return text;
  }

  writeOutputEvent({ action, level, message, output, error, dropped }: OutputEvent, at: Timestamp): void {
    this.writeAnomaly(at, { level, action, message }, { output, error, dropped_lines: dropped });
  }

  writeCaptureAnomaly({ action, level, message, interface: name }: CaptureAnomaly): void {
    this.writeAnomaly(wallClock(), { level, action, message }, { interface: name });
  }

  writeClockEvent({ action, milliseconds }: ClockEvent, message: string): void {
    const nanoseconds = Math.round(milliseconds) * 1e6;
    const details = action === 'paused' ? { pause: nanoseconds } : { step: nanoseconds };
    this.writeAnomaly(wallClock(), { level: 'warn', action, message }, details);
  }

  writeInputProblem({ file, kind, text, offset }: InputProblem, at: Timestamp): void {
    const message = `${file === '-' ? 'standard input' : file}: ${text}`;
    this.writeAnomaly(
      at,
      { level: 'error', action: `file_${kind}`, message },
      { file, offset, reason: text },
    );
  }

  writeDecoderDeath(decoder: number, reason: string): void {
    const message = `decoder ${decoder} died and is restarted: ${reason.split('\n')[0]}`;
    this.writeAnomaly(
      wallClock(),
      { level: 'error', action: 'decoder_died', message },
      { decoder, error: reason.slice(0, 2000) },
    );
  }

  writeStats(stats: JsonObject, isFinal: boolean, at: Timestamp): void {
    const packets = stats.packets as { seen: number; decoded: number; ignored: number; dropped: number };
    this.write(at, {
      dataset: 'wiretail.stats',
      action: isFinal ? 'final' : 'interval',
      message: `${packets.seen} packets seen: ${packets.decoded} decoded, ${packets.ignored} ignored, ${packets.dropped} dropped`,
      sections: { wiretail: { stats } },
    });
  }

  private writeStartLine({ info, config }: RunStart, at: Timestamp): void {
    const { version } = this;
    const { opened } = info;
    const isFirst = ++this.startLines === 1;
    const interfaces = opened?.interfaces.map(({ interface: name }) => name).join(', ');
    const activity = opened === undefined ? 'reading' : `capturing on ${interfaces} with ${info.engine}`;
    this.write(at, {
      dataset: 'wiretail.start',
      action: isFirst ? 'start' : 'continue',
      message: `wiretail ${version} ${activity}`,
      sections: {
        wiretail: {
          version,
          engine: info.engine,
          interfaces: opened?.interfaces.map(({ interface: name, linkType }) => ({
            name,
            link_type: linkType,
          })),
          buffer_bytes: opened?.bufferBytes,
          buffer_slots: opened?.bufferSlots,
          timestamp: { source: info.timestampSource },
          file_number: isFirst ? undefined : this.startLines,
          ...config,
        },
      },
    });
  }

  private writeAnomaly(
    at: Timestamp,
    { level, action, message }: Pick<RecordBody, 'level' | 'action' | 'message'>,
    anomaly: JsonObject,
  ): void {
    this.write(at, {
      dataset: 'wiretail.anomaly',
      action,
      level,
      message,
      sections: { wiretail: { anomaly } },
    });
  }

  private write(
    { seconds, nanoseconds }: Timestamp,
    body: Pick<RecordBody, 'dataset' | 'action' | 'message' | 'sections'> & Partial<RecordBody>,
  ): void {
    this.log.write(this.prefixes, {
      level: 'info',
      packet: 0,
      replyPacket: 0,
      seconds,
      nanoseconds,
      ...body,
    });
  }
}
