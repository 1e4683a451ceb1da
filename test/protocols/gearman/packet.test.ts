import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anomalyOf, type Feeder, newFeeder, ToClient, ToServer } from './harness.js';
import { PACKET_EXAMPLES, packet } from './packets.js';

const direction = (magic: 'REQ' | 'RES') => (magic === 'REQ' ? ToServer : ToClient);

function fields(feed: Feeder): unknown[] {
  return feed.records
    .filter(({ body }) => body.dataset === 'gearman.packet')
    .map(({ body }) => body.sections.gearman);
}

test('all types 1 to 42 and their arguments have names', () => {
  assert.deepEqual(
    PACKET_EXAMPLES.map(({ type }) => type),
    Array.from({ length: 42 }, (_, i) => i + 1),
  );
  for (const { type, magic, data, name, fields: expected } of PACKET_EXAMPLES) {
    const feed = newFeeder();
    feed.send(direction(magic), packet(magic, type, data));
    assert.equal(feed.records.length, 1, name);
    const [{ from, body }] = feed.records;
    assert.equal(from, direction(magic));
    assert.equal(body.dataset, 'gearman.packet');
    assert.equal(body.action, name);
    assert.equal(body.level, 'info');
    assert.deepEqual(body.sections, {
      gearman: { magic, type: name, type_id: type, size: Buffer.byteLength(data), ...expected },
    });
  }
});

test('a packet has the same record wherever it is segmented', () => {
  for (const payloadBytes of [0, 2, 100]) {
    for (const { type, magic, data, name } of PACKET_EXAMPLES) {
      const bytes = Buffer.concat([packet(magic, type, data), packet(magic, type, data)]);
      const whole = newFeeder({ payloadBytes });
      whole.send(direction(magic), bytes);
      assert.equal(whole.records.length, 2);
      for (let cut = 1; cut < bytes.length; cut++) {
        const feed = newFeeder({ payloadBytes });
        feed.send(direction(magic), bytes.subarray(0, cut));
        feed.send(direction(magic), bytes.subarray(cut));
        assert.deepEqual(feed.records, whole.records, `${name} cut at ${cut}`);
      }
      const dripped = newFeeder({ payloadBytes });
      dripped.drip(direction(magic), bytes);
      assert.deepEqual(dripped.records, whole.records, name);
    }
  }
});

test('the record has the timestamp of the last byte', () => {
  const feed = newFeeder();
  const bytes = packet('REQ', 7, `f\0u\0${'x'.repeat(1000)}`);
  feed.send(ToServer, bytes.subarray(0, 100));
  feed.at = { seconds: 1_700_000_001, nanoseconds: 5, packet: 2 };
  feed.send(ToServer, bytes.subarray(100, 900));
  assert.equal(feed.records.length, 0);
  feed.at = { seconds: 1_700_000_002, nanoseconds: 7, packet: 3 };
  feed.send(ToServer, bytes.subarray(900));
  const [{ body }] = feed.records;
  assert.deepEqual([body.seconds, body.nanoseconds, body.packet], [1_700_000_002, 7, 3]);
});

test('payloads: absent by default, else the first bytes as text or hex', () => {
  const show = (payloadBytes: number, payload: Buffer) => {
    const feed = newFeeder({ payloadBytes });
    feed.send(ToServer, packet('REQ', 16, payload));
    const {
      payload: text,
      payload_hex: hex,
      payload_bytes: bytes,
    } = feed.records[0].body.sections.gearman ?? {};
    assert.equal(bytes, payload.length);
    return text ?? hex;
  };
  assert.equal(show(0, Buffer.from('hello')), undefined);
  assert.equal(show(3, Buffer.from('hello')), 'hel');
  assert.equal(show(100, Buffer.from('hello')), 'hello');
  assert.equal(show(2, Buffer.from('h\u00e9llo')), 'h', 'a character is cut');
  assert.equal(show(3, Buffer.from('h\u00e9llo')), 'h\u00e9');
  assert.equal(show(4, Buffer.from([0x61, 0xff, 0x62, 0x63, 0x64])), '61ff6263');
  assert.equal(show(10, Buffer.from([0x61, 0xc3])), '61c3', 'nothing is cut: it ends so');
  assert.equal(show(10, Buffer.alloc(0)), undefined);
});

test('canonical integers are exact at any size, other numbers are text as sent', () => {
  const epoch = (text: string) => {
    const feed = newFeeder();
    feed.send(ToServer, packet('REQ', 36, `f\0u\0${text}\0`));
    return feed.records[0].body.sections.gearman?.epoch;
  };
  assert.equal(epoch('0'), 0);
  assert.equal(epoch('-5'), -5);
  assert.equal(epoch('9007199254740991'), 9007199254740991);
  assert.equal(epoch('9007199254740993'), 9007199254740993n);
  assert.equal(epoch('18446744073709551615'), 18446744073709551615n);
  for (const text of ['', '-', '-0', '007', '+1', '1.5', ' 1', '1e3', '0x10', '9'.repeat(41)]) {
    assert.equal(epoch(text), text);
  }
});

test('names that are not UTF-8 have their bytes as hex, long ones are cut at a character', () => {
  const name = (bytes: Buffer | string) => {
    const feed = newFeeder();
    feed.send(ToServer, packet('REQ', 1, bytes));
    return feed.records[0].body.sections.gearman ?? {};
  };
  assert.deepEqual(name('f\u00fcr').function, 'f\u00fcr');
  const broken = name(Buffer.from([0x66, 0xff]));
  assert.equal(broken.function, 'f\ufffd');
  assert.equal(broken.function_hex, '66ff');
  assert.equal(name('\ufefff').function, '\ufefff', 'a byte order mark is a part of it');
  assert.equal(name('f\0').function, 'f\0', 'to gearmand, too, the NUL is a part of the name');
  const long = name(`${'x'.repeat(1023)}\u00fc${'y'.repeat(5000)}`);
  assert.equal(long.function, 'x'.repeat(1023));
  assert.equal(long.function_bytes, 6025);
  assert.equal(long.function_hex, undefined);
});

test('a NUL at the end of a handle is its terminator', () => {
  const feed = newFeeder();
  feed.send(ToClient, packet('RES', 14, 'H:lap:1\0'));
  assert.equal(feed.records[0].body.sections.gearman?.handle, 'H:lap:1');
  assert.equal(feed.records[0].body.sections.gearman?.size, 8);
});

test('an argument of any length does not stay unconsumed', () => {
  for (const step of [1, 7, 1000, 5000, 100_000]) {
    const feed = newFeeder();
    const long = 'n'.repeat(70_000);
    const bytes = Buffer.concat([
      packet('REQ', 7, `${long}\0u\0xyz`),
      packet('REQ', 1, long),
      packet('REQ', 4),
    ]);
    for (let i = 0; i < bytes.length; i += step) feed.send(ToServer, bytes.subarray(i, i + step));
    const common = { function: 'n'.repeat(1024), function_bytes: 70_000 };
    assert.deepEqual(fields(feed), [
      {
        magic: 'REQ',
        type: 'SUBMIT_JOB',
        type_id: 7,
        size: 70_006,
        ...common,
        unique_id: 'u',
        payload_bytes: 3,
      },
      { magic: 'REQ', type: 'CAN_DO', type_id: 1, size: 70_000, ...common },
      { magic: 'REQ', type: 'PRE_SLEEP', type_id: 4, size: 0 },
    ]);
    assert.ok(feed.maxUnconsumed < 2000, `held ${feed.maxUnconsumed}`);
  }
});

test('too few arguments: a malformed record and an anomaly', () => {
  const cases: [number, string, { [key: string]: string }][] = [
    [7, 'too-few', { function: 'too-few' }],
    [7, 'f\0', { function: 'f' }],
    [7, 'f\0u', { function: 'f', unique_id: 'u' }],
    [7, '', {}],
    [23, 'f', { function: 'f' }],
    [37, 'f\0u\0r\0payload', { function: 'f', unique_id: 'u', reducer: 'r', aggregate: 'payload' }],
  ];
  for (const [type, data, expected] of cases) {
    for (const drip of [false, true]) {
      const feed = newFeeder();
      const bytes = Buffer.concat([packet('REQ', type, data), packet('REQ', 4)]);
      if (drip) feed.drip(ToServer, bytes);
      else feed.send(ToServer, bytes);
      const [first, anomaly, next] = feed.records.map(({ body }) => body);
      const { magic, type: _, type_id, size, ...rest } = first.sections.gearman ?? {};
      assert.deepEqual([magic, type_id, size, rest], ['REQ', type, data.length, expected]);
      assert.deepEqual(first.sections.wiretail, { malformed: true });
      assert.equal(anomaly.dataset, 'wiretail.anomaly');
      assert.equal(anomaly.level, 'warn');
      assert.equal(anomaly.action, 'malformed');
      assert.deepEqual(anomaly.sections.wiretail, {
        anomaly: { protocol: 'gearman', reason: 'too few arguments' },
      });
      assert.equal(next.action, 'PRE_SLEEP');
      assert.equal(feed.records.length, 3);
    }
  }
});

test('packets of unknown types are skipped by their size', () => {
  for (const type of [0, 43, 99, 0xffffffff]) {
    const feed = newFeeder();
    feed.drip(ToServer, Buffer.concat([packet('REQ', type, 'z\0\0REQ'), packet('REQ', 4)]));
    assert.deepEqual(
      feed.records.map(({ body }) => body.action),
      ['UNKNOWN', 'malformed', 'PRE_SLEEP'],
    );
    assert.deepEqual(feed.records[0].body.sections.gearman, {
      magic: 'REQ',
      type: 'UNKNOWN',
      type_id: type,
      size: 6,
      payload_bytes: 6,
    });
  }
});

test('data in a packet type without data is malformed', () => {
  const feed = newFeeder();
  feed.send(ToServer, Buffer.concat([packet('REQ', 4, 'odd'), packet('REQ', 9)]));
  assert.deepEqual(
    feed.records.map(({ body }) => body.action),
    ['PRE_SLEEP', 'malformed', 'GRAB_JOB'],
  );
});

test('a magic of the wrong direction is reported', () => {
  const feed = newFeeder();
  feed.send(ToServer, packet('RES', 16, 'x'));
  feed.send(ToClient, packet('REQ', 16, 'x'));
  const reasons = feed.records
    .filter(({ body }) => body.dataset === 'wiretail.anomaly')
    .map((record) => anomalyOf(record).reason);
  assert.deepEqual(reasons, ['response magic from a client', 'request magic from a server']);
});

test('sentences of packets', () => {
  const sentence = (magic: 'REQ' | 'RES', type: number, data: string) => {
    const feed = newFeeder();
    feed.send(direction(magic), packet(magic, type, data));
    return feed.records[0].body.message;
  };
  assert.equal(sentence('REQ', 7, 'reverse\0u1\0test'), 'SUBMIT_JOB reverse (unique u1), 4 bytes');
  assert.equal(sentence('RES', 13, 'H:lap:1\0t'), 'WORK_COMPLETE H:lap:1, 1 byte');
  assert.equal(sentence('REQ', 1, 'a\nb\x1b[1m'), 'CAN_DO a.b.[1m');
  assert.equal(sentence('REQ', 12, 'H:1\x001\x004'), 'WORK_STATUS H:1 1/4');
  assert.equal(
    sentence('RES', 19, 'JOB_NOT_FOUND\0Job given in work result not found'),
    'ERROR JOB_NOT_FOUND: Job given in work result not found',
  );
});
