/**
 * Lines as messages of syslog (RFC 5424): the record is the message, its level the severity. pino-syslog makes such
 * messages of pino's own fields (a number as level, `time`), which these lines have not, and without the octet
 * counting of RFC 6587 that a stream needs for messages that may hold anything.
 */
import { hostname } from 'node:os';
import type { OutputSpec } from '../../config/output-options.js';
import type { LineSinkFactory } from '../line-sink.js';
import { forEachLine, SEVERITY } from '../severity.js';
import { datagramSink } from './datagram-sink.js';
import { connectionSink } from './tcp-sink.js';
import { newUdpSocket } from './udp-socket.js';
import { newUnixSocket } from './unix-socket.js';

/** RFC 5424, section 6: what a header may hold at most, and printable ASCII only. */
const HOSTNAME_LENGTH = 255;

/** Of a line at `start` to `end`: a message. */
export type Message = (bytes: Uint8Array, start: number, end: number, severity: number) => Buffer;

/** `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID SD MSG`, without structured data: the message has all. */
export function syslogMessage(facility: number): Message {
  const host =
    hostname()
      .replace(/[^!-~]/g, '')
      .slice(0, HOSTNAME_LENGTH) || '-';
  const rest = ` ${host} wiretail ${process.pid} - - `;
  return (bytes, start, end, severity) => {
    const head = `<${facility * 8 + severity}>1 ${timeOf(bytes, start, end)}${rest}`;
    const message = Buffer.allocUnsafe(head.length + end - start);
    message.write(head, 'latin1');
    message.set(bytes.subarray(start, end), head.length);
    return message;
  };
}

const TIME_KEY = Buffer.from('"@timestamp":"');
/** `2026-11-22T01:21:04.450015`: six decimals are the most that RFC 5424 (section 6.2.3.1) allows. */
const TIME_LENGTH = 26;

/** The record's own time, which stands in the line. */
function timeOf(bytes: Uint8Array, start: number, end: number): string {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const at = line.indexOf(TIME_KEY);
  if (at < 0) return '-';
  const from = at + TIME_KEY.length;
  return `${line.toString('latin1', from, from + TIME_LENGTH)}Z`;
}

/** Octet counting (RFC 6587, section 3.4.1): each message behind its length. */
export function octetCounted(bytes: Uint8Array, message: Message): Buffer {
  const parts: Buffer[] = [];
  forEachLine(bytes, (start, end, level) => {
    const one = message(bytes, start, end, SEVERITY[level]);
    parts.push(Buffer.from(`${one.length} `), one);
  });
  return Buffer.concat(parts);
}

export function datagrams(bytes: Uint8Array, message: Message): Buffer[] {
  const all: Buffer[] = [];
  forEachLine(bytes, (start, end, level) => all.push(message(bytes, start, end, SEVERITY[level])));
  return all;
}

export function syslogSink({ name, to, facility }: Extract<OutputSpec, { kind: 'syslog' }>): LineSinkFactory {
  const message = syslogMessage(facility);
  switch (to.protocol) {
    case 'tcp':
      return connectionSink(name, to.host, to.port, (bytes) => octetCounted(bytes, message));
    case 'udp':
      return datagramSink(name, newUdpSocket(to.host, to.port), (bytes) => datagrams(bytes, message));
    case 'unix':
      return datagramSink(name, newUnixSocket(to.path), (bytes) => datagrams(bytes, message));
  }
}
