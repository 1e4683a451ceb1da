/**
 * Lines as syslog messages (RFC 5424): the record is the message, its level the severity. pino-syslog expects pino's own
 * fields (a numeric level, `time`), which these lines lack, and has no octet counting (RFC 6587), which a stream needs
 * for messages of any content.
 */
import { hostname } from 'node:os';
import type { OutputSpec } from '../../config/output-options.js';
import type { LineSinkFactory } from '../line-sink.js';
import { forEachLine, SEVERITY } from '../severity.js';
import { datagramSink } from './datagram-sink.js';
import { tcpSink } from './tcp-sink.js';
import { newUdpSocket } from './udp-socket.js';
import { newUnixSocket } from './unix-socket.js';

/** RFC 5424, section 6: the longest HOSTNAME, printable ASCII only. */
const MAX_HOSTNAME = 255;

/** Makes a message of the line between `start` and `end`. */
type Encode = (bytes: Uint8Array, start: number, end: number, severity: number) => Buffer;

/** `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID SD MSG`, without structured data: the message holds it all. */
function messageEncoder(facility: number): Encode {
  const host =
    hostname()
      .replace(/[^!-~]/g, '')
      .slice(0, MAX_HOSTNAME) || '-';
  const afterTime = ` ${host} wiretail ${process.pid} - - `;
  return (bytes, start, end, severity) => {
    const header = `<${facility * 8 + severity}>1 ${timestampOf(bytes, start, end)}${afterTime}`;
    const message = Buffer.allocUnsafe(header.length + end - start);
    message.write(header, 'latin1');
    message.set(bytes.subarray(start, end), header.length);
    return message;
  };
}

const TIMESTAMP_KEY = Buffer.from('"@timestamp":"');
/** `2026-11-22T01:21:04.450015`: RFC 5424 (section 6.2.3.1) allows six decimals at most. */
const TIMESTAMP_LENGTH = 26;

/** The record's own timestamp, from the line. */
function timestampOf(bytes: Uint8Array, start: number, end: number): string {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const key = line.indexOf(TIMESTAMP_KEY);
  if (key < 0) return '-';
  const from = key + TIMESTAMP_KEY.length;
  return `${line.toString('latin1', from, from + TIMESTAMP_LENGTH)}Z`;
}

/** Octet counting (RFC 6587, section 3.4.1): each message follows its length. */
function octetCounted(bytes: Uint8Array, encode: Encode): Buffer {
  const parts: Buffer[] = [];
  forEachLine(bytes, (start, end, level) => {
    const message = encode(bytes, start, end, SEVERITY[level]);
    parts.push(Buffer.from(`${message.length} `), message);
  });
  return Buffer.concat(parts);
}

function datagrams(bytes: Uint8Array, encode: Encode): Buffer[] {
  const messages: Buffer[] = [];
  forEachLine(bytes, (start, end, level) => messages.push(encode(bytes, start, end, SEVERITY[level])));
  return messages;
}

export function syslogSink({ name, to, facility }: Extract<OutputSpec, { kind: 'syslog' }>): LineSinkFactory {
  const encode = messageEncoder(facility);
  switch (to.protocol) {
    case 'tcp':
      return tcpSink(name, { host: to.host, port: to.port }, (bytes) => octetCounted(bytes, encode));
    case 'udp':
      return datagramSink(name, newUdpSocket(to.host, to.port), (bytes) => datagrams(bytes, encode));
    case 'unix':
      return datagramSink(name, newUnixSocket(to.path), (bytes) => datagrams(bytes, encode));
  }
}
