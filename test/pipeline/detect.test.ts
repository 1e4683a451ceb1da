/** Protocol detection, with two protocols that recognise their own names. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newDetector } from '../../src/protocols/detect.js';
import {
  type Connection,
  type FlowDecoder,
  Match,
  type Protocol,
  ToClient,
  ToServer,
} from '../../src/protocols/protocol.js';
import { ADDRESSES, PROTOCOL_OPTIONS } from '../helpers/connection.js';

const AT = { seconds: 0, nanoseconds: 0, packet: 1 };

/** A protocol that recognises its name, from as many bytes as are available. */
function namedProtocol(name: string, opened: Connection[]): Protocol {
  return {
    name,
    detect(_dir, buf, start, end) {
      const text = Buffer.from(buf.subarray(start, end)).toString();
      if (text.startsWith(name)) return Match.yes;
      return name.startsWith(text) ? Match.maybe : Match.no;
    },
    open(connection) {
      opened.push(connection);
      return { data: (_dir, _buf, _start, end) => end, gap() {}, close() {} };
    },
  };
}

function openDetector(fromStart: boolean) {
  const opened: Connection[] = [];
  const results: string[] = [];
  const connection = { serverPort: 4730, clientPort: 40000, ...ADDRESSES, fromStart };
  const decoder: FlowDecoder = newDetector(connection, () => {}, {
    protocols: [namedProtocol('alpha', opened), namedProtocol('beta', opened)],
    options: PROTOCOL_OPTIONS,
    detected: (protocol) => results.push(protocol.name),
    rejected: () => results.push('rejected'),
  });
  const show = (dir: typeof ToServer | typeof ToClient, text: string) => {
    const bytes = Buffer.from(`??${text}??`);
    return decoder.data(dir, bytes, 2, 2 + text.length, AT) - 2;
  };
  return { opened, results, decoder, show };
}

test('the protocol that recognises the first bytes gets all of them', () => {
  const { results, show, opened } = openDetector(true);
  assert.equal(show(ToServer, 'be'), 0);
  assert.equal(show(ToServer, 'beta!'), 0);
  assert.deepEqual(results, ['beta']);
  assert.equal(opened[0].fromStart, true);
});

test('either direction is detected', () => {
  const { results, show } = openDetector(true);
  assert.equal(show(ToServer, 'al'), 0);
  assert.equal(show(ToClient, 'alpha'), 0);
  assert.deepEqual(results, ['alpha']);
});

test('a connection captured from its start is rejected when no protocol recognises it', () => {
  const { results, show } = openDetector(true);
  assert.equal(show(ToServer, 'gamma'), 5);
  assert.deepEqual(results, ['rejected']);
});

test('a midstream pickup is tried segment by segment, until a byte budget is spent', () => {
  const { results, show } = openDetector(false);
  assert.equal(show(ToServer, 'gamma'), 5);
  assert.equal(show(ToServer, 'delta'), 5);
  assert.deepEqual(results, []);
  assert.equal(show(ToServer, 'beta'), 0);
  assert.deepEqual(results, ['beta']);
  const other = openDetector(false);
  for (let i = 0; other.results.length === 0 && i < 1000; i++) other.show(ToServer, 'x'.repeat(1000));
  assert.deepEqual(other.results, ['rejected']);
});

test('after a gap a connection is detected as a midstream pickup', () => {
  const { results, show, opened, decoder } = openDetector(true);
  assert.equal(show(ToServer, 'al'), 0);
  decoder.gap(ToServer, 100, 'lost', false, AT, new Uint8Array(0));
  assert.equal(show(ToServer, 'the middle of something'), 23);
  assert.deepEqual(results, []);
  assert.equal(show(ToServer, 'alpha'), 0);
  assert.deepEqual(results, ['alpha']);
  assert.deepEqual(opened, [{ serverPort: 4730, clientPort: 40000, ...ADDRESSES, fromStart: false }]);
});
