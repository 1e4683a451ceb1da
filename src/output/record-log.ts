/**
 * Records become lines here. What all lines of a connection have in common pino writes, once for each level: the
 * level and the connection's bindings. The record's own part is appended as text, without an object that holds it all:
 * built as one and given to pino for every line it took a quarter more of a decoder's time.
 */
import { pino } from 'pino';
import { exactJson } from '../records/exact-json.js';
import { fitSections, ROUNDS } from '../records/fit.js';
import type { Json, JsonObject, Level, RecordBody, Sections } from '../records/record.js';
import { timestamp } from '../records/time.js';
import { ESCAPED_BYTES, escaped } from './escape.js';
import { eventOf, quoted, rpcJson } from './line-parts.js';

/** What the lines of one sender begin with, by their level; filled as they are needed. */
export type Beginnings = { -readonly [level in Level]?: string } & { readonly bindings: JsonObject };

export interface RecordLog {
  /** For lines that all carry `bindings` (a flow's source, destination, network). */
  child(bindings: JsonObject): Beginnings;
  write(beginnings: Beginnings, body: RecordBody): void;
}

/** What pino ends a line without a message and fields with. */
const END = ',"message":""}\n';

/**
 * @param maxLine bytes that a line may have at most, its newline included, once it is escaped; 0: no limit
 * @param emit gets lines that are still to be escaped (escape.ts): in many of them together that costs less
 */
export function newRecordLog(maxLine: number, emit: (line: string) => void): RecordLog {
  let written = '';
  const root = pino(
    {
      base: undefined,
      timestamp: false,
      messageKey: 'message',
      formatters: { level: (label) => ({ log: { level: label } }) },
    },
    {
      write(text: string) {
        written = text;
      },
    },
  );

  const begin = (beginnings: Beginnings, level: Level): string => {
    root.child(beginnings.bindings)[level]('');
    beginnings[level] = written.slice(0, -END.length);
    return beginnings[level];
  };

  const isTooLong = (line: string): boolean =>
    maxLine > 0 && line.length * ESCAPED_BYTES > maxLine && Buffer.byteLength(escaped(line)) > maxLine;

  return {
    child: (bindings) => ({ bindings }),
    write(beginnings, body) {
      const { level, message } = body;
      const { sections } = body;
      const start = `${beginnings[level] ?? begin(beginnings, level)}${headOf(body)}`;
      let line = `${start}${sectionsOf(sections)}${messageOf(message)}`;
      for (let round = 0; isTooLong(line) && round < ROUNDS; round++) {
        const shorter = anyOf(fitSections({ ...sections }, round));
        line = `${start}${shorter}${messageOf(message.slice(0, 1024 >> round))}`;
      }
      emit(line);
    },
  };
}

function messageOf(message: string): string {
  return `,"message":${quoted(message)}}\n`;
}

function headOf(body: RecordBody): string {
  const { dataset, action, outcome, duration, packet, replyPacket } = body;
  let head = `,"@timestamp":"${timestamp(body.seconds, body.nanoseconds)}"`;
  head += `,"event":{${eventOf(dataset, action, outcome)}`;
  if (duration !== undefined) head += `,"duration":${duration}`;
  if (packet === 0) return `${head}}`;
  head += `},"packet":{"number":${packet}`;
  return replyPacket === 0 ? `${head}}` : `${head},"reply_number":${replyPacket}}`;
}

/** In the order in which protocols give them. */
function sectionsOf({ gearman, rpc, gluster, wiretail, tls }: Sections): string {
  let all = '';
  if (gearman !== undefined) all += `,"gearman":${json(gearman)}`;
  if (rpc !== undefined) all += `,"rpc":${rpcJson(rpc, json)}`;
  if (gluster !== undefined) all += `,"gluster":${json(gluster)}`;
  if (wiretail !== undefined) all += `,"wiretail":${json(wiretail)}`;
  return tls === undefined ? all : `${all},"tls":${json(tls)}`;
}

/** What was shortened has no certain form any more. */
function anyOf(sections: JsonObject): string {
  let all = '';
  for (const name in sections) {
    const section = sections[name];
    if (section !== undefined) all += `,"${name}":${json(section)}`;
  }
  return all;
}

/** JSON.stringify refuses integers beyond a double. */
function json(section: Json): string {
  try {
    return JSON.stringify(section);
  } catch {
    return exactJson(section);
  }
}
