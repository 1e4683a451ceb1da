/**
 * Writes records as JSON lines. pino writes what all lines of a connection share, once for each level: the level and the
 * connection's fields. The record's own part is appended as bytes, without an object that holds all of it: building one
 * and passing it to pino took 25 % more of a decoder's time.
 */
import { Buffer } from 'node:buffer';
import { pino } from 'pino';
import type { ToWallClock } from '../packet/timestamp.js';
import { SHRINK_ROUNDS, shrinkSections } from '../records/line-limit.js';
import { memoize } from '../records/memoize.js';
import type { JsonObject, Level, RecordBody, Sections } from '../records/record.js';
import { escapeUnsafe } from './escape.js';
import { putJson, putObject, putSentence } from './json.js';
import { type LineBuffer, type LineBytes, putBytes } from './line-bytes.js';
import { linePrefix, putRecordHead } from './record-head.js';
import { putRpcSection } from './rpc-section.js';

/** The pre-serialised line prefix of one sender for each level, filled on first use. */
export type LinePrefixes = { -readonly [level in Level]?: Uint8Array } & { readonly bindings: JsonObject };

export interface LineWriter {
  /** @param bindings what all of the sender's lines carry: a flow's source, destination and network */
  prefixesFor(bindings: JsonObject): LinePrefixes;
  write(prefixes: LinePrefixes, body: RecordBody): void;
}

/** How pino ends a line that has no message and no fields. */
const PINO_LINE_END = ',"message":""}\n';

const MESSAGE = Buffer.from(',"message":');
const END_OF_LINE = Buffer.from('}\n');

/** Characters of a message that a shortened line keeps in the first round; each further round keeps half. */
const SHORTENED_MESSAGE = 1024;

/**
 * @param maxLine maximum length of a line in bytes, newline included; 0: no limit
 * @param toWallClock undefined: records already carry the time of day
 */
export function newLineWriter(maxLine: number, lines: LineBuffer, toWallClock?: ToWallClock): LineWriter {
  let pinoLine = '';
  const root = pino(
    {
      base: undefined,
      timestamp: false,
      messageKey: 'message',
      formatters: { level: (label) => ({ log: { level: label } }) },
    },
    {
      write(text: string) {
        pinoLine = text;
      },
    },
  );

  const addPrefix = (prefixes: LinePrefixes, level: Level): Uint8Array => {
    root.child(prefixes.bindings)[level]('');
    const prefix = linePrefix(escapeUnsafe(pinoLine.slice(0, -PINO_LINE_END.length)));
    prefixes[level] = prefix;
    return prefix;
  };

  const isTooLong = (start: number) => maxLine > 0 && lines.at - start > maxLine;

  return {
    prefixesFor: (bindings) => ({ bindings }),
    write(prefixes, body) {
      const { level, message, sections } = body;
      const prefix = prefixes[level] ?? addPrefix(prefixes, level);
      const time = toWallClock === undefined ? body : toWallClock(body.seconds, body.nanoseconds);
      let start: number;
      do {
        start = lines.at;
        putRecordHead(lines, prefix, time, body);
        const headEnd = lines.at;
        putSections(lines, sections);
        putMessage(lines, message);
        for (let round = 0; isTooLong(start) && round < SHRINK_ROUNDS; round++) {
          lines.at = headEnd;
          putShrunkSections(lines, shrinkSections({ ...sections }, round));
          putMessage(lines, message.slice(0, SHORTENED_MESSAGE >> round));
        }
      } while (!lines.endLine(start));
    },
  };
}

function putMessage(out: LineBytes, message: string): void {
  putBytes(out, MESSAGE);
  putSentence(out, message);
  putBytes(out, END_OF_LINE);
}

const sectionKey = memoize((name) => Buffer.from(`,"${name}":`));

/** Writes sections in the record's order. `rpc`, which most records have, has a fixed form and a dedicated writer. */
function putSections(out: LineBytes, sections: Sections): void {
  for (const name in sections) {
    if (name === 'rpc') {
      if (sections.rpc !== undefined) putRpcSection(out, sections.rpc);
      continue;
    }
    const section: JsonObject | undefined = sections[name];
    if (section === undefined) continue;
    putBytes(out, sectionKey(name));
    putObject(out, section);
  }
}

/** Shrunk sections have no fixed form, not even `rpc`. */
function putShrunkSections(out: LineBytes, sections: JsonObject): void {
  for (const name in sections) {
    const section = sections[name];
    if (section === undefined) continue;
    putBytes(out, sectionKey(name));
    putJson(out, section);
  }
}
