/** TLS: detected by its hellos, however they are segmented, reported once, and ignored. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Direction,
  type FlowDecoder,
  IGNORE_FLOW,
  Match,
  ToClient,
  ToServer,
} from '../../../src/protocols/protocol.js';
import { newTls } from '../../../src/protocols/tls/implementation.js';
import { newTlsMidstream } from '../../../src/protocols/tls/midstream.js';
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
  readonly reported: { from: Direction; body: RecordBody }[];
  readonly decoder: FlowDecoder;
  /** Passes bytes on as the stream does, `step` at a time. true: the connection is ignored from now on. */
  send(dir: Direction, bytes: Uint8Array, step?: number): boolean;
}

function talk(serverPort = 24007, clientPort = 1023): Talk {
  const reported: Talk['reported'] = [];
  const connection = { serverPort, clientPort, ...ADDRESSES, fromStart: true };
  const decoder = newTls(PROTOCOL_OPTIONS).open(
    connection,
    (from, body) => reported.push({ from, body }),
    PROTOCOL_OPTIONS,
  );
  const held = [Buffer.alloc(0), Buffer.alloc(0)];
  return {
    reported,
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

function tlsOf({ reported }: Talk) {
  assert.equal(reported.length, 1);
  const [{ from, body }] = reported;
  assert.deepEqual([body.dataset, body.action, body.packet], ['wiretail.flow', 'tls', 3]);
  return { from, message: body.message, ...JSON.parse(JSON.stringify(body.sections.tls)) };
}

test('a handshake is reported when the server has chosen, however it is segmented', () => {
  for (const size of [1, 2, 7, 100, 5000]) {
    for (const step of [1, 3, 64, 5000]) {
      const opened = talk();
      assert.equal(opened.send(ToServer, records(22, HELLO, size), step), false);
      assert.deepEqual(opened.reported, []);
      assert.equal(opened.send(ToClient, records(22, CHOICE, size), step), true);
      assert.deepEqual(tlsOf(opened), {
        from: ToServer,
        message: 'TLS 1.3 on port 24007 for brick.example: encrypted, not decoded',
        version: '1.3',
        version_protocol: 'tls',
        client: CLIENT,
      });
    }
  }
});

test('before TLS 1.3 the legacy field has the version, ALPN is readable, and extensions are optional', () => {
  const opened = talk();
  opened.send(ToServer, record(22, clientHello(0x0303)));
  opened.send(ToClient, record(22, serverHello(0x0302, alpn('GearMan'))));
  const { version, next_protocol, client } = tlsOf(opened);
  assert.deepEqual([version, next_protocol, client], ['1.1', 'gearman', { version: '1.2' }]);
  const old = talk();
  old.send(ToServer, record(22, clientHello(0x0300)));
  old.send(ToClient, record(22, serverHello(0x0300)));
  assert.deepEqual([tlsOf(old).version_protocol, tlsOf(old).version], ['ssl', '3.0']);
});

test('the alert of a refused handshake is reported', () => {
  for (const step of [1, 7]) {
    const opened = talk();
    opened.send(ToServer, record(22, HELLO));
    assert.equal(opened.send(ToClient, record(21, Buffer.from([2, 40])), step), true);
    const { alert, version, message } = tlsOf(opened);
    assert.deepEqual(alert, { code: 40, name: 'handshake_failure' });
    assert.equal(version, undefined);
    assert.match(message, /refused, alert 40 \(handshake_failure\)$/);
    assert.equal(opened.reported[0].body.outcome, 'failure');
  }
});

test('a handshake without a ServerHello is reported at the close, at a gap, or after much early data', () => {
  const ends: ((opened: Talk) => unknown)[] = [
    ({ decoder }) => decoder.close('fin', AT),
    ({ decoder }) => decoder.gap(ToClient, 100, 'lost', false, AT, Buffer.alloc(0)),
    (opened) => {
      for (let i = 0; i < 60; i++) opened.send(ToServer, record(23, Buffer.alloc(1000)));
      assert.deepEqual(opened.reported, []);
      for (let i = 0; i < 10; i++) opened.send(ToServer, record(23, Buffer.alloc(1000)));
    },
  ];
  for (const end of ends) {
    const opened = talk();
    opened.send(ToServer, record(22, HELLO));
    end(opened);
    assert.deepEqual(tlsOf(opened).client, CLIENT);
    assert.equal(tlsOf(opened).version, undefined);
    // Later messages add nothing.
    opened.send(ToClient, record(22, CHOICE));
    opened.decoder.close('end', AT);
    assert.equal(opened.reported.length, 1);
  }
});

test('a ServerHello alone is reported, and so is a connection without a hello', () => {
  const answered = talk();
  assert.equal(answered.send(ToClient, record(22, CHOICE)), true);
  assert.deepEqual(tlsOf(answered).version, '1.3');
  assert.equal(tlsOf(answered).from, ToServer);
  const late = talk();
  assert.equal(late.send(ToClient, record(23, Buffer.alloc(50))), true);
  assert.equal(tlsOf(late).message, 'TLS on port 24007: encrypted, not decoded');
});

test('a hello that is too long is not buffered', () => {
  const long = talk();
  assert.equal(long.send(ToServer, records(22, clientHello(0x0303, padding(60000)), 16384), 1000), true);
  assert.equal(long.reported.length, 1);
  const other = talk();
  assert.equal(other.send(ToServer, record(22, Buffer.from([11, 0, 0, 1, 0]))), true);
});

test('handshakes are reported on service ports, and on dynamic ports where the server listens there', () => {
  const directions = (serverPort: number, clientPort: number, clientSends: Direction) => {
    const opened = talk(serverPort, clientPort);
    opened.send(clientSends, record(22, HELLO));
    opened.send(clientSends === ToServer ? ToClient : ToServer, record(22, CHOICE));
    return opened.reported.map(({ from }) => from);
  };
  assert.deepEqual(directions(4730, 50000, ToServer), [ToServer]);
  assert.deepEqual(directions(49152, 1000, ToServer), [ToServer]);
  assert.deepEqual(directions(443, 50000, ToServer), []);
  // Without a SYN the larger port was taken for the server's; the hello shows that it is not.
  assert.deepEqual(directions(50000, 443, ToClient), []);
  assert.deepEqual(directions(50000, 49153, ToClient), [ToClient]);
});

test('random damage: each connection is reported once', () => {
  const random = newRandom(4);
  for (let i = 0; i < 3000; i++) {
    const hello = Buffer.from(i % 2 === 0 ? HELLO : CHOICE);
    for (let n = random.below(4); n > 0; n--) hello[random.below(hello.length)] = random.below(256);
    const cut = hello.subarray(0, random.between(1, hello.length));
    const opened = talk(24007, 4730);
    const dir = random.chance(0.5) ? ToServer : ToClient;
    opened.send(
      dir,
      records(random.chance(0.9) ? 22 : 23, cut, random.between(1, 300)),
      random.between(1, 300),
    );
    opened.send(dir, random.bytes(random.below(300)));
    opened.decoder.close('end', AT);
    assert.equal(opened.reported.length, 1);
    JSON.stringify(opened.reported);
  }
});

const { detect } = newTls(PROTOCOL_OPTIONS);
const detected = (bytes: Uint8Array) =>
  detect(ToServer, bytes, 0, bytes.length, { serverPort: 1, clientPort: 2, ...ADDRESSES, fromStart: true });

test('a hello is detected by its first six bytes', () => {
  const first = record(22, HELLO);
  for (let n = 1; n < 6; n++) assert.equal(detected(first.subarray(0, n)), Match.maybe, `${n} bytes`);
  assert.equal(detected(first.subarray(0, 6)), Match.yes);
  assert.equal(detected(record(22, CHOICE, 0x0301)), Match.yes);
});

test('nothing else is detected as TLS', () => {
  const others = [
    '\x17\x03\x03\0\x20',
    '\x16\x02\0\0\x40\x01',
    '\x16\x03\x01\0\0\x01',
    '\x16\x03\x01\xff\0\x01',
  ];
  for (const text of [...others, '\x16\x03\x01\0\x40\x0b', '\0REQ', 'GET /', '\x80\0\0\x28']) {
    assert.equal(detected(Buffer.from(text, 'latin1')), Match.no, JSON.stringify(text));
  }
});

const data = (bytes: number) => record(23, Buffer.alloc(bytes, 0x55));

test('midstream detection accepts chains of records in both directions', () => {
  const chain = newTlsMidstream();
  const of = (dir: Direction, bytes: Uint8Array) => chain(dir, bytes, 0, bytes.length);
  assert.equal(of(ToServer, Buffer.alloc(700, 0x55)), Match.no);
  const long = data(3000);
  assert.equal(of(ToServer, long.subarray(0, 1400)), Match.maybe);
  assert.equal(of(ToServer, long.subarray(1400, 2800)), Match.maybe);
  assert.equal(of(ToServer, Buffer.concat([long.subarray(2800), data(10)])), Match.maybe);
  assert.equal(of(ToClient, data(99)), Match.yes);
});

test('midstream detection accepts neither a single direction nor broken chains', () => {
  const chain = newTlsMidstream();
  for (let i = 0; i < 50; i++) assert.equal(chain(ToServer, data(100), 0, 105), Match.maybe);
  assert.equal(chain(ToServer, Buffer.alloc(100), 0, 100), Match.no);
  assert.equal(chain(ToClient, data(100), 0, 105), Match.maybe);
  assert.equal(chain(ToClient, Buffer.alloc(100), 0, 100), Match.no);
  assert.equal(chain(ToServer, data(100), 0, 105), Match.maybe);
});
