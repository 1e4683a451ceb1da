import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outcome } from '../../src/packet/headers.js';
import {
  TCP_ACK,
  TCP_CWR,
  TCP_ECE,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from '../../src/packet/tcp.js';
import { ethernet4, ethernet6, hex, ipv4, ipv6, PAYLOAD, parse, START, tcp, u16 } from './build.js';

/** tcp() with one byte of the header replaced. */
const patched = (at: number, value: number) => tcp().with(at, value);

test('sequence and acknowledgement numbers are unsigned', () => {
  const { headers } = parse(ipv4(hex('127a 9c40 ffffffff 80000000 5012 ffff 0000 0000')), 101);
  assert.deepEqual(
    [headers.srcPort, headers.dstPort, headers.seq, headers.ack, headers.window],
    [4730, 40000, 0xffffffff, 0x80000000, 0xffff],
  );
  assert.equal(headers.flags, TCP_SYN | TCP_ACK);
});

test('every flag bit is parsed', () => {
  const bits = [TCP_FIN, TCP_SYN, TCP_RST, TCP_PSH, TCP_ACK, TCP_URG, TCP_ECE, TCP_CWR];
  assert.deepEqual(
    bits,
    bits.map((_, i) => 1 << i),
  );
  for (const bit of bits) assert.equal(parse(ipv4(patched(13, bit)), 101).headers.flags, bit);
});

test('the reserved bits beside the data offset are not part of it', () => {
  const { outcome, headers } = parse(ipv4(patched(12, 0x5f)), 101);
  assert.equal(outcome, Outcome.tcp);
  assert.equal(headers.payloadLength, PAYLOAD.length);
});

test('options may have any length up to 40 bytes', () => {
  for (let length = 0; length <= 40; length += 4) {
    const packet = ipv4(tcp(PAYLOAD, new Array(length).fill(1)));
    const { outcome, headers, payload } = parse(packet, 101);
    assert.equal(outcome, Outcome.tcp);
    assert.equal(headers.payloadStart, START + 40 + length);
    assert.deepEqual(payload, PAYLOAD);
    assert.equal(parse(packet, 101, 40 + length - 1, packet.length).outcome, Outcome.truncated);
  }
});

test('a segment may have no payload', () => {
  const { outcome, headers } = parse(ethernet4(ipv4(tcp([]))));
  assert.equal(outcome, Outcome.tcp);
  assert.deepEqual(
    [headers.payloadStart, headers.payloadEnd, headers.payloadLength],
    [START + 54, START + 54, 0],
  );
});

test('a data offset below 5 words or beyond the segment is bad', () => {
  for (const words of [0, 1, 4]) {
    assert.equal(parse(ipv4(patched(12, words << 4)), 101).outcome, Outcome.badHeader, `${words} words`);
  }
  // The segment has 20 + 16 bytes: 9 words are all of it, 10 too many.
  assert.equal(parse(ipv4(patched(12, 0x90)), 101).headers.payloadLength, 0);
  assert.equal(parse(ipv4(patched(12, 0xa0)), 101).outcome, Outcome.badHeader);
  // By the IP length, however long the frame.
  assert.equal(
    parse([...ethernet4(ipv4(patched(12, 0xa0))), ...u16(0), ...u16(0)]).outcome,
    Outcome.badHeader,
  );
});

test('a segment shorter than the header is bad, even where the frame has bytes', () => {
  for (let length = 0; length < 20; length++) {
    const segment = tcp().slice(0, length);
    const padding = new Array(40).fill(0x50);
    assert.equal(parse([...ethernet4(ipv4(segment)), ...padding]).outcome, Outcome.badHeader);
    // In IPv6 a length of 0 means that the packet fills the frame.
    if (length > 0) assert.equal(parse([...ethernet6(ipv6(segment)), ...padding]).outcome, Outcome.badHeader);
  }
});
