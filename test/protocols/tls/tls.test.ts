/** TLS: told by its hellos, however they come, and let go. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Direction,
  type FlowDecoder,
  IGNORE_FLOW,
  Match,
  ToClient,
  ToServer,
} from '../../../src/protocols/protocol.js';
import { newTls } from '../../../src/protocols/tls/implementation.js';
import { newChain } from '../../../src/protocols/tls/midstream.js';
import type { RecordBody } from '../../../src/records/record.js';
import { ADDRESSES, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { newRandom } from '../../helpers/random.js';
import {
  alpn,
  chosen,
  clientHello,
  offered,
  padding,
  record,
  records,
  serverHello,
  serverName,
} from './hellos.js';

const AT = { seconds: 1, nanoseconds: 2, packet: 3 };

interface Talk {
  readonly told: { from: Direction; body: RecordBody }[];
  readonly decoder: FlowDecoder;
  /** Hands bytes on as the stream does, `step` at once; true: it was let go. */
  send(dir: Direction, bytes: Uint8Array, step?: number): boolean;
}

function talk(serverPort = 24007, clientPort = 1023): Talk {
  const told: Talk['told'] = [];
  const connection = { serverPort, clientPort, ...ADDRESSES, fromStart: true };
  const decoder = newTls(PROTOCOL_OPTIONS).open(
    connection,
    (from, body) => told.push({ from, body }),
    PROTOCOL_OPTIONS,
  );
  const held = [Buffer.alloc(0), Buffer.alloc(0)];
  return {
    told,
    decoder,
    send(dir, bytes, step = bytes.length) {
      for (let at = 0; at < bytes.length; at += step) {
        const all = Buffer.concat([held[dir], bytes.subarray(at, at + step)]);
        const shown = Buffer.concat([Buffer.from([22, 3]), all, Buffer.from([22, 3])]);
        const consumed = decoder.data(dir, shown, 2, 2 + all.length, AT) - 2;
        shown.fill(0xee);
        if (consumed === IGNORE_FLOW - 2) return true;
        assert.ok(consumed >= 0 && consumed <= all.length);
        held[dir] = all.subarray(consumed);
      }
      return false;
    },
  };
}

const HELLO = clientHello(
  0x0303,
  serverName('brick.example'),
  alpn(Buffer.from([0x3a, 0x3a]), 'h2', 'gearman'),
  offered(0x6a6a, 0x0304, 0x0303),
);
const CLIENT = { server_name: 'brick.example', version: '1.3', protocols: ['h2', 'gearman'] };
const CHOICE = serverHello(0x0303, chosen(0x0304));

function tlsOf({ told }: Talk) {
  assert.equal(told.length, 1);
  const [{ from, body }] = told;
  assert.deepEqual([body.dataset, body.action, body.packet], ['wiretail.flow', 'tls', 3]);
  return { from, message: body.message, ...JSON.parse(JSON.stringify(body.sections.tls)) };
}

describe('a TLS handshake', () => {
  it('is told when the server has chosen, however its bytes come', () => {
    for (const size of [1, 2, 7, 100, 5000]) {
      for (const step of [1, 3, 64, 5000]) {
        const one = talk();
        assert.equal(one.send(ToServer, records(22, HELLO, size), step), false);
        assert.deepEqual(one.told, []);
        assert.equal(one.send(ToClient, records(22, CHOICE, size), step), true);
        assert.deepEqual(tlsOf(one), {
          from: ToServer,
          message: 'TLS 1.3 on port 24007 for brick.example: encrypted, ignored from here on',
          version: '1.3',
          version_protocol: 'tls',
          client: CLIENT,
        });
      }
    }
  });

  it('before TLS 1.3: the version stands in front, what is spoken within is told, extensions may be none', () => {
    const one = talk();
    one.send(ToServer, record(22, clientHello(0x0303)));
    one.send(ToClient, record(22, serverHello(0x0302, alpn('GearMan'))));
    const { version, next_protocol, client } = tlsOf(one);
    assert.deepEqual([version, next_protocol, client], ['1.1', 'gearman', { version: '1.2' }]);
    const old = talk();
    old.send(ToServer, record(22, clientHello(0x0300)));
    old.send(ToClient, record(22, serverHello(0x0300)));
    assert.deepEqual([tlsOf(old).version_protocol, tlsOf(old).version], ['ssl', '3.0']);
  });

  it('that is refused: the alert is told', () => {
    for (const step of [1, 7]) {
      const one = talk();
      one.send(ToServer, record(22, HELLO));
      assert.equal(one.send(ToClient, record(21, Buffer.from([2, 40])), step), true);
      const { alert, version, message } = tlsOf(one);
      assert.deepEqual(alert, { code: 40, name: 'handshake_failure' });
      assert.equal(version, undefined);
      assert.match(message, /refused, alert 40 \(handshake_failure\)$/);
      assert.equal(one.told[0].body.outcome, 'failure');
    }
  });

  it('of which the answer is not seen: told at the end, at a gap, or when the client has gone on for long', () => {
    const ends: ((one: Talk) => unknown)[] = [
      ({ decoder }) => decoder.close('fin', AT),
      ({ decoder }) => decoder.gap(ToClient, 100, 'lost', false, AT, Buffer.alloc(0)),
      (one) => {
        for (let i = 0; i < 60; i++) one.send(ToServer, record(23, Buffer.alloc(1000)));
        assert.deepEqual(one.told, []);
        for (let i = 0; i < 10; i++) one.send(ToServer, record(23, Buffer.alloc(1000)));
      },
    ];
    for (const end of ends) {
      const one = talk();
      one.send(ToServer, record(22, HELLO));
      end(one);
      assert.deepEqual(tlsOf(one).client, CLIENT);
      assert.equal(tlsOf(one).version, undefined);
      // Nothing more is said, whatever comes.
      one.send(ToClient, record(22, CHOICE));
      one.decoder.close('end', AT);
      assert.equal(one.told.length, 1);
    }
  });

  it('of which only the answer is seen, or neither', () => {
    const answered = talk();
    assert.equal(answered.send(ToClient, record(22, CHOICE)), true);
    assert.deepEqual(tlsOf(answered).version, '1.3');
    assert.equal(tlsOf(answered).from, ToServer);
    const late = talk();
    assert.equal(late.send(ToClient, record(23, Buffer.alloc(50))), true);
    assert.equal(tlsOf(late).message, 'TLS on port 24007: encrypted, ignored from here on');
  });

  it('with a hello that is too long, or none: not held for ever', () => {
    const long = talk();
    assert.equal(long.send(ToServer, records(22, clientHello(0x0303, padding(60000)), 16384), 1000), true);
    assert.equal(long.told.length, 1);
    const other = talk();
    assert.equal(other.send(ToServer, record(22, Buffer.from([11, 0, 0, 1, 0]))), true);
  });

  it('is told on the ports of services, and where bricks listen, by who is the client', () => {
    const told = (serverPort: number, clientPort: number, clientSends: Direction) => {
      const one = talk(serverPort, clientPort);
      one.send(clientSends, record(22, HELLO));
      one.send(clientSends === ToServer ? ToClient : ToServer, record(22, CHOICE));
      return one.told.map(({ from }) => from);
    };
    assert.deepEqual(told(4730, 50000, ToServer), [ToServer]);
    assert.deepEqual(told(49152, 1000, ToServer), [ToServer]);
    assert.deepEqual(told(443, 50000, ToServer), []);
    // Joined without its SYN, the larger port was taken for the server's; the hello knows better.
    assert.deepEqual(told(50000, 443, ToClient), []);
    assert.deepEqual(told(50000, 49153, ToClient), [ToClient]);
  });

  it('any bytes: an end, in bounds', () => {
    const random = newRandom(4);
    for (let i = 0; i < 3000; i++) {
      const hello = Buffer.from(i % 2 === 0 ? HELLO : CHOICE);
      for (let n = random.below(4); n > 0; n--) hello[random.below(hello.length)] = random.below(256);
      const cut = hello.subarray(0, random.between(1, hello.length));
      const one = talk(24007, 4730);
      const dir = random.chance(0.5) ? ToServer : ToClient;
      one.send(
        dir,
        records(random.chance(0.9) ? 22 : 23, cut, random.between(1, 300)),
        random.between(1, 300),
      );
      one.send(dir, random.bytes(random.below(300)));
      one.decoder.close('end', AT);
      assert.equal(one.told.length, 1);
      JSON.stringify(one.told);
    }
  });
});

describe('the claim of TLS', () => {
  const { detect: claim } = newTls(PROTOCOL_OPTIONS);
  const of = (bytes: Uint8Array) =>
    claim(ToServer, bytes, 0, bytes.length, { serverPort: 1, clientPort: 2, ...ADDRESSES, fromStart: true });

  it('takes hellos by their first six bytes', () => {
    const first = record(22, HELLO);
    for (let n = 1; n < 6; n++) assert.equal(of(first.subarray(0, n)), Match.maybe, `${n} bytes`);
    assert.equal(of(first.subarray(0, 6)), Match.yes);
    assert.equal(of(record(22, CHOICE, 0x0301)), Match.yes);
  });

  it('takes nothing else', () => {
    const others = [
      '\x17\x03\x03\0\x20',
      '\x16\x02\0\0\x40\x01',
      '\x16\x03\x01\0\0\x01',
      '\x16\x03\x01\xff\0\x01',
    ];
    for (const text of [...others, '\x16\x03\x01\0\x40\x0b', '\0REQ', 'GET /', '\x80\0\0\x28']) {
      assert.equal(of(Buffer.from(text, 'latin1')), Match.no, JSON.stringify(text));
    }
  });
});

describe('TLS that was joined late', () => {
  const data = (bytes: number) => record(23, Buffer.alloc(bytes, 0x55));

  it('is told by records in both directions that lead to others', () => {
    const chain = newChain();
    const of = (dir: Direction, bytes: Uint8Array) => chain(dir, bytes, 0, bytes.length);
    assert.equal(of(ToServer, Buffer.alloc(700, 0x55)), Match.no);
    const long = data(3000);
    assert.equal(of(ToServer, long.subarray(0, 1400)), Match.maybe);
    assert.equal(of(ToServer, long.subarray(1400, 2800)), Match.maybe);
    assert.equal(of(ToServer, Buffer.concat([long.subarray(2800), data(10)])), Match.maybe);
    assert.equal(of(ToClient, data(99)), Match.yes);
  });

  it('is not believed of one direction, nor of records that lead nowhere', () => {
    const chain = newChain();
    for (let i = 0; i < 50; i++) assert.equal(chain(ToServer, data(100), 0, 105), Match.maybe);
    assert.equal(chain(ToServer, Buffer.alloc(100), 0, 100), Match.no);
    assert.equal(chain(ToClient, data(100), 0, 105), Match.maybe);
    assert.equal(chain(ToClient, Buffer.alloc(100), 0, 100), Match.no);
    assert.equal(chain(ToServer, data(100), 0, 105), Match.maybe);
  });
});
