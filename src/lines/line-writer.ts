/**
 * Records become lines here. What all lines of a connection have in common pino writes, once for each level: the
 * level and the connection's bindings. The record's own part is written behind it, without an object that holds it all:
 * built as one and given to pino for every line it took a quarter more of a decoder's time.
 */
import { pino } from 'pino';
import { SHRINK_ROUNDS, shrinkSections } from '../records/line-limit.js';
import type { JsonObject, Level, RecordBody, Sections } from '../records/record.js';
import { escapeUnsafe } from './escape.js';
import { putJson, putObject, putSentence } from './json.js';
import { type LineBuffer, type LineBytes, putAscii, putBytes } from './line-bytes.js';
import { linePrefix, putRecordHead, putRpcSection } from './record-head.js';

/** What the lines of one sender begin with, by their level; filled as they are needed. */
export type LinePrefixes = { -readonly [level in Level]?: Uint8Array } & { readonly bindings: JsonObject };

export interface LineWriter {
  /** For lines that all carry `bindings` (a flow's source, destination, network). */
  prefixesFor(bindings: JsonObject): LinePrefixes;
  write(beginnings: LinePrefixes, body: RecordBody): void;
}

/** What pino ends a line without a message and fields with. */
const END = ',"message":""}\n';

const MESSAGE = Buffer.from(',"message":');
const END_OF_LINE = Buffer.from('}\n');

/** @param maxLine bytes that a line may have at most, its newline included; 0: no limit */
export function newLineWriter(maxLine: number, lines: LineBuffer): LineWriter {
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

  const begin = (beginnings: LinePrefixes, level: Level): Uint8Array => {
    root.child(beginnings.bindings)[level]('');
    const beginning = linePrefix(escapeUnsafe(written.slice(0, -END.length)));
    beginnings[level] = beginning;
    return beginning;
  };

  const isTooLong = (start: number) => maxLine > 0 && lines.at - start > maxLine;

  return {
    prefixesFor: (bindings) => ({ bindings }),
    write(beginnings, body) {
      const { level, message, sections } = body;
      const beginning = beginnings[level] ?? begin(beginnings, level);
      let start: number;
      do {
        start = lines.at;
        putRecordHead(lines, beginning, body);
        const own = lines.at;
        putSections(lines, sections);
        putMessage(lines, message);
        for (let round = 0; isTooLong(start) && round < SHRINK_ROUNDS; round++) {
          lines.at = own;
          putAny(lines, shrinkSections({ ...sections }, round));
          putMessage(lines, message.slice(0, 1024 >> round));
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

/** In the order in which the record has them. `rpc` has a form of its own, and most records have one. */
function putSections(out: LineBytes, sections: Sections): void {
  for (const name in sections) {
    if (name !== 'rpc') putSection(out, name, sections[name]);
    else if (sections.rpc !== undefined) putRpcSection(out, sections.rpc);
  }
}

function putSection(out: LineBytes, name: string, section: JsonObject | undefined): void {
  if (section === undefined) return;
  putAscii(out, ',"');
  putAscii(out, name);
  putAscii(out, '":');
  putObject(out, section);
}

/** What was shortened has no certain form any more. */
function putAny(out: LineBytes, sections: JsonObject): void {
  for (const name in sections) {
    const section = sections[name];
    if (section === undefined) continue;
    putBytes(out, Buffer.from(`,"${name}":`));
    putJson(out, section);
  }
}
