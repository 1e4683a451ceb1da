/** File names made to forge lines or to control a terminal, through the whole program. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prettyFactory } from 'pino-pretty';
import { LE_NS, pcapFile, temporaryFile } from '../capture/file/helpers.js';
import { newRandom } from '../helpers/random.js';
import { linesOf, wiretail } from '../helpers/wiretail.js';
import { ipv4, tcp } from '../packet/build.js';
import { packet } from '../protocols/gearman/packets.js';
import { call, GFID, NO_DICT, words } from '../protocols/rpc/rpc-bytes.js';
import { counted } from '../protocols/rpc/xdr-bytes.js';

const LOOKUP = 27;
const random = newRandom(3);

const BAD = [
  '\n{"log":{"level":"error"},"message":"forged"}\n',
  '\r\u0085\u2028\u2029',
  '\u001b]0;title\u0007\u001b[2J\u001b[31m',
  '\u009b2J\u0090q\u009c\u007f\b\b',
  '\u202egpj.exe\u202c\u2066\u2069\u200e\u200f\u061c',
  '"},"message":"forged","x":{"y":"',
  '\\u000a\\n\\"',
  '<3>priority',
  "%s%n$(reboot)`;'",
  '\u{1f600}\ufeff\ufffd',
];

/** Mixtures of these, and bytes that are not UTF-8. */
const NAMES: readonly Buffer[] = Array.from({ length: 60 }, (_, i) => {
  const parts = Array.from({ length: 1 + (i % 4) }, () => random.pick(BAD));
  const name = Buffer.from(`n${i}${parts.join('')}`);
  // A slash would make it a path, a NUL would end an argument.
  const bytes = Buffer.from(name.map((byte) => (byte === 0x2f || byte === 0 ? 0x2e : byte)));
  return i % 5 === 0 ? Buffer.concat([bytes, Buffer.from([0xff, 0xc2, 0x9b, 0xe2, 0x80])]) : bytes;
});

/** An IPv4 packet with these ports and this sequence number. */
function frame(ports: readonly [number, number], sequence: number, payload: Buffer): Buffer {
  const bytes = Buffer.from(ipv4(tcp([...payload])));
  bytes.writeUInt16BE(ports[0], 20);
  bytes.writeUInt16BE(ports[1], 22);
  bytes.writeUInt32BE(sequence, 24);
  return bytes;
}

const submits = NAMES.map((name) =>
  packet('REQ', 7, Buffer.concat([name, Buffer.from('\0u'), name, Buffer.from('\0')])),
);
const lookups = NAMES.map((name, i) =>
  call({
    xid: 100 + i,
    procedure: LOOKUP,
    body: Buffer.concat([Buffer.alloc(16), GFID, words(0), counted(name), NO_DICT]),
  }),
);

function captured(): string {
  const next = new Map<number, number>();
  const packets = [
    ...submits.map((payload) => ({ ports: [40000, 4730] as const, payload })),
    ...lookups.map((payload) => ({ ports: [49151, 49152] as const, payload })),
  ].map(({ ports, payload }, i) => {
    const sequence = next.get(ports[0]) ?? 1;
    next.set(ports[0], sequence + payload.length);
    const data = frame(ports, sequence, payload);
    const nanoseconds = i * 1000;
    return { link: 101, seconds: 1_700_000_000, nanoseconds, wire: data.length, data: data.toString('hex') };
  });
  return temporaryFile(pcapFile(packets, { ...LE_NS, link: 101 }));
}

/** C0 except the line feed, DEL, C1, separators, and characters that change the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the regular expression searches for them
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

test('each name is part of one line, and the output has no control characters', () => {
  const file = captured();
  for (const view of ['calls', 'messages']) {
    const { code, stdout } = wiretail(['read', file, '--view', view, '--detail', 'full']);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, CONTROLS);
    const lines = linesOf(stdout);
    for (const line of lines) {
      assert.deepEqual(line.log, line.log && { level: (line.log as { level: string }).level });
      assert.match(line.event.dataset, /^(gearman|gluster|wiretail)\./);
      assert.notEqual(line.message, 'forged');
    }
    // Parsed, the names are as sent.
    const linesIn = (dataset: string) => lines.filter((line) => line.event.dataset === dataset);
    const functions = linesIn('gearman.packet').map(
      (line) => (line.gearman as { function: string }).function,
    );
    const found = linesIn('gluster.fop').map((line) => (line.gluster as { path: string }).path);
    const sent = NAMES.map((name) => name.toString());
    assert.deepEqual(functions, sent);
    assert.deepEqual(found.map((path) => path.slice(path.indexOf('/') + 1)).sort(), [...sent].sort());
  }
});

test('pino-pretty shows one line for each message', () => {
  const { stdout } = wiretail(['read', captured()]);
  const pretty = prettyFactory({
    messageKey: 'message',
    levelKey: 'log.level',
    timestampKey: '@timestamp',
    hideObject: true,
    colorize: false,
  });
  const shown = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => pretty(line))
    .join('');
  assert.doesNotMatch(shown, CONTROLS);
  assert.equal(shown.split('\n').length, stdout.split('\n').length);
  assert.match(shown, /SUBMIT_JOB n1/);
});
