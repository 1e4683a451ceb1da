/** Foreign and encrypted protocols: one line each on service ports, elsewhere only counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGES } from '../../src/observe/counters.js';
import { guessProtocol } from '../../src/protocols/guess.js';
import { Counter } from '../../src/records/counters.js';
import { readPackets } from '../faults/packets.js';
import { decodePackets } from './decode-packets.js';

/** TLS to 4730 three times, to 24007 (refused), 49152 and 443; HTTP, SSH and bytes to 4730, 24007, 24008; HTTP to 50000. */
const capture = await readPackets('x-foreign');
const whole = decodePackets(capture.linkType, capture.packets);

test('a foreign connection on a service port has one line', () => {
  assert.deepEqual(
    whole.lines.map(({ message }) => message),
    [
      'TLS 1.3 on port 4730 for gearman.example: encrypted, not decoded',
      'TLS 1.2 on port 4730 for gearman.example: encrypted, not decoded',
      'TLS 1.3 on port 4730: encrypted, not decoded',
      'TLS 1.2 on port 24007: refused, alert 70 (protocol_version)',
      'TLS 1.3 on port 49152: encrypted, not decoded',
      'HTTP on port 4730: not decoded',
      'SSH on port 24007: not decoded',
      'unknown protocol on port 24008: not decoded; 15 bytes inspected',
    ],
  );
});

test('a foreign connection is ignored after its first packets, and counted', () => {
  const { counters } = whole;
  assert.equal(counters[Counter.flows_encrypted], 6);
  assert.equal(counters[Counter.flows_unknown], 4);
  assert.ok(counters[Counter.packets_ignored_by_encrypted] > 40);
  // Three of the handshake, and as many until the protocol is detected.
  assert.ok(counters[Counter.packets_decoded] <= 10 * 6);
});

test('the first bytes are shown only with --payload-bytes', () => {
  assert.ok(!whole.text.includes('first_bytes'));
  const { text } = decodePackets(capture.linkType, capture.packets, { payloadBytes: 4 });
  assert.equal(text.match(/"first_bytes":"[0-9a-f]{8}"/g)?.length, 3);
});

test('a midstream pickup of TLS is ignored too', () => {
  // Without the handshakes of TCP and TLS: from each connection's seventh packet on.
  const counts = new Map<string, number>();
  const packets = capture.packets.filter(({ connection }) => {
    const count = (counts.get(connection) ?? 0) + 1;
    counts.set(connection, count);
    return count > 6;
  });
  const { counters, lines } = decodePackets(capture.linkType, packets);
  assert.equal(counters[MESSAGES['gearman.packet']] + counters[MESSAGES['gearman.admin']], 0);
  assert.ok(counters[Counter.flows_encrypted] >= 3);
  for (const { message } of lines) assert.equal(message, 'TLS on port 4730: encrypted, not decoded');
});

test('a protocol is guessed from its first line', () => {
  const guess = (text: string) => guessProtocol(Buffer.from(`..${text}`, 'latin1'), 2, 2 + text.length);
  for (const [text, name] of [
    ['GET / HTTP/1.1\r\n', 'http'],
    ['PRI * HTTP/2.0\r\n', 'http'],
    ['HTTP/1.0 200 OK', 'http'],
    ['SSH-2.0-OpenSSH', 'ssh'],
    ['220 mail.example ESMTP Postfix', 'smtp'],
    ['220-FTP server', 'ftp'],
    ['220 welcome', 'greeting'],
  ] as const) {
    assert.equal(guess(text), name, text);
  }
  for (const text of ['', 'GETTING', 'status\n', '\0REQ', 'STATUS', '1234']) {
    assert.equal(guess(text), undefined, text);
  }
});
