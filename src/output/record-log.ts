/**
 * Records become lines here, through pino on an in-memory destination: pino writes the level, the
 * flow's constant part (its child logger's bindings, serialised once a flow) and the record's own
 * part; the finished line goes on in a batch.
 */
import { type Logger, pino } from 'pino';
import { exactJson } from '../records/exact-json.js';
import { fitSections, ROUNDS } from '../records/fit.js';
import type { JsonObject, RecordBody } from '../records/record.js';
import { timestamp } from '../records/time.js';

export interface RecordLog {
  /** A logger whose lines all carry `bindings` (a flow's source, destination, network). */
  child(bindings: JsonObject): Logger;
  write(logger: Logger, body: RecordBody): void;
}

/** @param maxLine bytes that a line may have at most, its newline included; 0: no limit */
export function newRecordLog(maxLine: number, emit: (line: string) => void): RecordLog {
  let line = '';
  const root = pino(
    {
      base: undefined,
      timestamp: false,
      messageKey: 'message',
      formatters: { level: (label) => ({ log: { level: label } }) },
    },
    {
      write(text: string) {
        line = text;
      },
    },
  );

  Object.assign(root, { [STRINGIFY_SAFE]: exactJson });

  const tooLong = (): boolean =>
    maxLine > 0 && line.length * 3 > maxLine && Buffer.byteLength(line) > maxLine;

  return {
    child: (bindings) => root.child(bindings),
    write(logger, body) {
      logger[body.level](toObject(body, body.sections as JsonObject), body.message.toWellFormed());
      for (let round = 0; tooLong() && round < ROUNDS; round++) {
        const message = body.message.slice(0, 1024 >> round).toWellFormed();
        logger[body.level](toObject(body, fitSections(body.sections as JsonObject, round)), message);
      }
      emit(line);
    },
  };
}

/**
 * pino's own symbol for what it falls back to where JSON.stringify throws, as it does at a bigint. Its
 * default would sort the keys, and cut what is deep or long.
 */
const STRINGIFY_SAFE: symbol = (pino.symbols as Readonly<Record<string, symbol>>).stringifySafeSym;

function toObject(body: RecordBody, sections: JsonObject): object {
  return {
    '@timestamp': timestamp(body.seconds, body.nanoseconds),
    event: {
      dataset: body.dataset,
      // Cut somewhere, perhaps within a character, of which many readers refuse a half.
      action: body.action.toWellFormed(),
      outcome: body.outcome,
      duration: body.duration,
    },
    packet:
      body.packet === 0
        ? undefined
        : { number: body.packet, reply_number: body.replyPacket === 0 ? undefined : body.replyPacket },
    ...sections,
  };
}
