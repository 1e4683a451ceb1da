/** The first look at a connection, with protocols that say what the test wants. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

/** Claims what begins with its name, by as many bytes as are there. */
function named(name: string, opened: Connection[]): Protocol {
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

function look(fromStart: boolean) {
  const opened: Connection[] = [];
  const said: string[] = [];
  const connection = { serverPort: 4730, clientPort: 40000, ...ADDRESSES, fromStart };
  const decoder: FlowDecoder = newDetector(connection, () => {}, {
    protocols: [named('alpha', opened), named('beta', opened)],
    options: PROTOCOL_OPTIONS,
    detected: (protocol) => said.push(protocol.name),
    rejected: () => said.push('refused'),
  });
  const show = (dir: typeof ToServer | typeof ToClient, text: string) => {
    const bytes = Buffer.from(`??${text}??`);
    return decoder.data(dir, bytes, 2, 2 + text.length, AT) - 2;
  };
  return { opened, said, decoder, show };
}

describe('the first look at a connection', () => {
  it('ends with the protocol that knows its first bytes, which sees them all', () => {
    const { said, show, opened } = look(true);
    assert.equal(show(ToServer, 'be'), 0);
    assert.equal(show(ToServer, 'beta!'), 0);
    assert.deepEqual(said, ['beta']);
    assert.equal(opened[0].fromStart, true);
  });

  it('takes either direction', () => {
    const { said, show } = look(true);
    assert.equal(show(ToServer, 'al'), 0);
    assert.equal(show(ToClient, 'alpha'), 0);
    assert.deepEqual(said, ['alpha']);
  });

  it('ends where no protocol wants a connection whose start was seen', () => {
    const { said, show } = look(true);
    assert.equal(show(ToServer, 'gamma'), 5);
    assert.deepEqual(said, ['refused']);
  });

  it('goes on where the start was not seen, segment by segment, for a while', () => {
    const { said, show } = look(false);
    assert.equal(show(ToServer, 'gamma'), 5);
    assert.equal(show(ToServer, 'delta'), 5);
    assert.deepEqual(said, []);
    assert.equal(show(ToServer, 'beta'), 0);
    assert.deepEqual(said, ['beta']);
    const other = look(false);
    for (let i = 0; other.said.length === 0 && i < 1000; i++) other.show(ToServer, 'x'.repeat(1000));
    assert.deepEqual(other.said, ['refused']);
  });

  it('after a gap is one at a connection whose start was not seen', () => {
    const { said, show, opened, decoder } = look(true);
    assert.equal(show(ToServer, 'al'), 0);
    decoder.gap(ToServer, 100, 'lost', false, AT, new Uint8Array(0));
    assert.equal(show(ToServer, 'the middle of something'), 23);
    assert.deepEqual(said, []);
    assert.equal(show(ToServer, 'alpha'), 0);
    assert.deepEqual(said, ['alpha']);
    assert.deepEqual(opened, [{ serverPort: 4730, clientPort: 40000, ...ADDRESSES, fromStart: false }]);
  });
});
