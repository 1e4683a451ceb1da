import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SIZE_LIMIT } from '../../../src/protocols/gearman/header.js';
import { newGearman } from '../../../src/protocols/gearman/implementation.js';
import { Match } from '../../../src/protocols/protocol.js';
import type { JsonObject } from '../../../src/records/record.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../../helpers/connection.js';
import { anomalyOf, type Feeder, newFeeder, ToClient, ToServer } from './harness.js';
import { PACKET_EXAMPLES, packet, random } from './packets.js';

const actions = (feed: Feeder): string[] => feed.records.map(({ body }) => body.action);
const anomaly = (feed: Feeder, index: number): JsonObject => anomalyOf(feed.records[index]);

function oversized(size: number): Buffer {
  const bytes = packet('REQ', 7, 'f\0u\0payload');
  bytes.writeUInt32BE(size, 8);
  return bytes;
}

test('a bad magic: one anomaly, and the next packet is found, however segmented', () => {
  const bad = packet('REQ', 16, 'x\0\0RE\0REQ');
  bad.write('XYZ', 1);
  const bytes = Buffer.concat([bad, packet('REQ', 7, 'f\0u\0x'), packet('REQ', 4)]);
  const expected = {
    protocol: 'gearman',
    reason: 'bad magic',
    magic_hex: '0058595a',
    skipped_bytes: bad.length,
    resumed: true,
  };
  for (let step = 1; step <= bytes.length; step++) {
    const feed = newFeeder();
    for (let i = 0; i < bytes.length; i += step) feed.send(ToServer, bytes.subarray(i, i + step));
    assert.deepEqual(actions(feed), ['malformed', 'SUBMIT_JOB', 'PRE_SLEEP'], `in pieces of ${step}`);
    assert.deepEqual(anomaly(feed, 0), expected);
    assert.equal(feed.records[0].body.level, 'warn');
  }
});

test('a size over the limit skips no later packet', () => {
  for (const size of [SIZE_LIMIT + 1, 0x7fffffff, 0xffffffff]) {
    const feed = newFeeder();
    feed.drip(ToServer, Buffer.concat([oversized(size), packet('REQ', 4)]));
    assert.deepEqual(actions(feed), ['malformed', 'PRE_SLEEP']);
    const { reason, size: reported, limit, skipped_bytes } = anomaly(feed, 0);
    assert.deepEqual([reason, reported, limit, skipped_bytes], ['size over the limit', size, SIZE_LIMIT, 23]);
  }
  const feed = newFeeder();
  feed.send(ToServer, oversized(SIZE_LIMIT));
  assert.deepEqual(actions(feed), [], 'up to the limit it is believed');
});

test('without a next packet the anomaly is reported at the end, or after 64 KiB', () => {
  const feed = newFeeder();
  feed.send(ToServer, Buffer.from('\0XYZ\0\0\0\x10\0\0\0\x01x', 'latin1'));
  assert.deepEqual(actions(feed), []);
  feed.end();
  feed.end();
  assert.deepEqual(actions(feed), ['malformed']);
  assert.deepEqual([anomaly(feed, 0).skipped_bytes, anomaly(feed, 0).resumed], [13, false]);

  const long = newFeeder();
  for (let i = 0; i < 80; i++) long.send(ToServer, Buffer.alloc(1024));
  assert.deepEqual(actions(long), ['malformed']);
  long.send(ToServer, packet('REQ', 4));
  long.end();
  assert.deepEqual(actions(long), ['malformed', 'PRE_SLEEP']);
});

test('a gap within a skipped payload keeps sync, and truncates the packet', () => {
  const feed = newFeeder();
  const bytes = packet('REQ', 7, `f\0u\0${'x'.repeat(1000)}`);
  feed.send(ToServer, bytes.subarray(0, 50));
  feed.gap(ToServer, 100);
  feed.send(ToServer, bytes.subarray(150));
  feed.send(ToClient, packet('RES', 8, 'H:1'));
  assert.deepEqual(actions(feed), ['SUBMIT_JOB', 'JOB_CREATED']);
  assert.deepEqual(feed.records[0].body.sections.wiretail, { truncated: true });
  assert.equal(feed.records[0].body.sections.gearman?.payload_bytes, 1000);
  assert.equal(feed.records[1].body.duration, 0, 'the pair is still sure');

  const last = newFeeder();
  last.send(ToServer, bytes.subarray(0, 50));
  last.gap(ToServer, bytes.length - 50);
  assert.deepEqual(actions(last), ['SUBMIT_JOB']);
});

test('a gap elsewhere: the truncated packet is reported, and the next one is found', () => {
  const feed = newFeeder();
  feed.send(ToServer, packet('REQ', 7, 'func\0unique\0x').subarray(0, 20));
  feed.gap(ToServer, 5);
  feed.send(ToServer, Buffer.concat([Buffer.from('\0some payload\0'), packet('REQ', 4)]));
  assert.deepEqual(actions(feed), ['SUBMIT_JOB', 'resync', 'PRE_SLEEP']);
  assert.deepEqual(feed.records[0].body.sections, {
    gearman: { magic: 'REQ', type: 'SUBMIT_JOB', type_id: 7, size: 13, function: 'func' },
    wiretail: { truncated: true },
  });
  // 3 bytes of the unique id were unconsumed, 14 follow the gap.
  assert.deepEqual(anomaly(feed, 1), {
    protocol: 'gearman',
    reason: 'gap',
    cause: 'lost',
    missing_bytes: 5,
    skipped_bytes: 17,
    resumed: true,
  });
});

test('a gap that exceeds the skipped payload', () => {
  const feed = newFeeder();
  feed.send(ToServer, packet('REQ', 7, `f\0u\0${'x'.repeat(1000)}`).subarray(0, 50));
  feed.gap(ToServer, 5000);
  feed.send(ToServer, packet('REQ', 4));
  assert.deepEqual(actions(feed), ['SUBMIT_JOB', 'PRE_SLEEP'], 'nothing was skipped: no anomaly of ours');
});

test('midstream pickup: a packet or a known command is decoded at once, else the next packet is searched', () => {
  const join = (dir: typeof ToServer | typeof ToClient, bytes: Buffer) => {
    const feed = newFeeder({ fromStart: false });
    feed.send(dir, bytes);
    feed.end();
    return actions(feed);
  };
  assert.deepEqual(join(ToServer, packet('REQ', 4)), ['PRE_SLEEP']);
  assert.deepEqual(join(ToServer, Buffer.from('status\n')), ['status']);
  assert.deepEqual(join(ToServer, Buffer.from('some payload\nstatus\n')), ['resync']);
  assert.deepEqual(join(ToClient, Buffer.from('f\t1\t1\t1\n.\n')), ['response']);
  assert.deepEqual(join(ToClient, Buffer.from('f\t1\t1\t1\nrest of a payload')), ['resync']);
  assert.deepEqual(join(ToServer, Buffer.concat([Buffer.from('rest\0'), packet('REQ', 9)])), [
    'resync',
    'GRAB_JOB',
  ]);
  const feed = newFeeder({ fromStart: false });
  feed.send(ToServer, Buffer.concat([Buffer.from('rest\0'), packet('REQ', 9)]));
  assert.equal(feed.records[0].body.level, 'info');
  assert.equal(feed.records[0].body.seconds, feed.at.seconds);
});

test('unexpected text of the server is not reported as a response', () => {
  const feed = newFeeder();
  feed.send(ToClient, Buffer.concat([Buffer.from('secret payload\nmore of it\n'), packet('RES', 6)]));
  assert.deepEqual(actions(feed), ['resync', 'NOOP']);
  assert.ok(!JSON.stringify(feed.records).includes('secret'));
});

test('a connection that ends within a packet or a line', () => {
  const ends = (bytes: Buffer) => {
    const feed = newFeeder();
    feed.send(ToServer, bytes);
    feed.end();
    return feed.records.map(({ body }) => [body.action, body.sections.wiretail]);
  };
  assert.deepEqual(ends(packet('REQ', 7, 'f\0u\0x').subarray(0, 16)), [['SUBMIT_JOB', { truncated: true }]]);
  const short = { anomaly: { protocol: 'gearman', reason: 'truncated at end of stream', bytes: 7 } };
  assert.deepEqual(ends(packet('REQ', 4).subarray(0, 7)), [['truncated', short]]);
  assert.deepEqual(ends(Buffer.from('version')), [['truncated', short]]);
  assert.deepEqual(ends(packet('REQ', 4)), [['PRE_SLEEP', undefined]]);
});

test('random bytes: no exception, and bounded unconsumed bytes', () => {
  const next = random(20241122);
  const below = (n: number) => Math.floor(next() * n);
  const pieces = (): Buffer => {
    switch (below(8)) {
      case 0:
        return Buffer.from(Array.from({ length: below(300) }, () => below(256)));
      case 1:
        return Buffer.from(
          ['status\n', 'OK\n', '.\n', 'ERR X y\r\n', 'f\t1\t1\t1\n', '\n', 'workers \r\n'][below(7)],
        );
      case 2: {
        const header = packet(below(2) ? 'REQ' : 'RES', below(60));
        header.writeUInt32BE(below(3) ? below(500) : below(0xffffffff), 8);
        return header;
      }
      case 3: {
        const { magic, type, data } = PACKET_EXAMPLES[below(PACKET_EXAMPLES.length)];
        const bytes = packet(magic, type, data);
        bytes[below(bytes.length)] = below(256);
        return bytes;
      }
      default: {
        const { magic, type, data } = PACKET_EXAMPLES[below(PACKET_EXAMPLES.length)];
        return packet(magic, type, data);
      }
    }
  };
  for (let round = 0; round < 400; round++) {
    const feed = newFeeder({ payloadBytes: below(2) * 16, fromStart: below(4) > 0 });
    for (let i = 0; i < 60; i++) {
      const dir = below(2) ? ToServer : ToClient;
      if (below(20) === 0) feed.gap(dir, 1 + below(200));
      const bytes = pieces();
      if (below(3) === 0) feed.drip(dir, bytes);
      else feed.send(dir, bytes);
      feed.at = {
        seconds: feed.at.seconds,
        nanoseconds: feed.at.nanoseconds + below(1e6),
        packet: feed.at.packet + 1,
      };
    }
    feed.end();
    assert.ok(feed.maxUnconsumed <= 64 * 1024);
    for (const { body } of feed.records) {
      assert.ok(body.message !== '' && body.action !== '' && body.seconds > 0);
      assert.ok(body.duration === undefined || (Number.isSafeInteger(body.duration) && body.duration >= 0));
    }
  }
});

test('detection by content and port', () => {
  const protocol = newGearman(PROTOCOL_OPTIONS, HOST_HOOKS);
  const detect = (
    bytes: Buffer | string,
    serverPort = 4730,
    fromStart = true,
    dir: typeof ToServer | typeof ToClient = ToServer,
  ) => {
    const buf = Buffer.from(bytes);
    return protocol.detect(dir, buf, 0, buf.length, {
      serverPort,
      clientPort: 40000,
      ...ADDRESSES,
      fromStart,
    });
  };
  assert.equal(detect(packet('REQ', 7), 9999), Match.yes);
  assert.equal(detect(packet('REQ', 7).subarray(0, 7), 9999), Match.maybe);
  assert.equal(detect(packet('REQ', 1000), 9999), Match.no);
  assert.equal(detect(packet('REQ', 1000)), Match.yes);
  assert.equal(detect('\0XYZ', 9999), Match.no);
  assert.equal(detect('\0XYZ'), Match.yes, 'on its own port the decoder reports a bad magic');
  assert.equal(detect('status\n'), Match.yes);
  assert.equal(detect('\n'), Match.yes);
  assert.equal(detect('stat'), Match.maybe);
  assert.equal(detect('status\n', 9999), Match.no);
  for (const foreign of [
    'GET / HTTP/1.1\r\n',
    'POST /x HTTP/1.1\r\n',
    'SSH-2.0-x\r\n',
    '\x16\x03\x01\0\0',
    'PRI * HTTP/2.0\r\n',
  ]) {
    assert.equal(detect(foreign), Match.no, foreign);
    assert.equal(detect(foreign, 4730, false), Match.no, foreign);
  }
  assert.equal(detect('OK 1.1.20\n', 4730, true, ToClient), Match.yes);
  assert.equal(detect('220 mail ESMTP\r\n', 4730, true, ToClient), Match.no);
  assert.equal(detect('rest of a payload', 4730, false), Match.yes);
  // On another port one segment is no proof: test/protocols/midstream.test.ts.
  assert.equal(detect(packet('REQ', 4), 9999, false), Match.no);
  assert.equal(detect(Buffer.alloc(5000, 0x61), 9999, false), Match.no);
});
