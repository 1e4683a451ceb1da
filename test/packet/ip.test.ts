import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress } from '../../src/packet/address.js';
import { type Headers, Outcome } from '../../src/packet/headers.js';
import { PacketParser } from '../../src/packet/packet-parser.js';
import {
  type Bytes,
  type Extension,
  ethernet4,
  ethernet6,
  hex,
  ipv4,
  ipv6,
  PAYLOAD,
  parse,
  START,
  tcp,
} from './build.js';

const source = (h: Headers) => formatAddress(h.ipVersion, h.src0, h.src1, h.src2, h.src3);
const destination = (h: Headers) => formatAddress(h.ipVersion, h.dst0, h.dst1, h.dst2, h.dst3);

test('an Ethernet frame, byte by byte', () => {
  const frame = hex(`
    0200 0000 0001 0200 0000 0002 0800
    45 00 002c 1234 4000 40 06 0000 0a010203 c0a8feff
    9c40 127a fedcba98 01020304 50 18 0200 0000 0000
    00524553`);
  const { outcome, headers } = parse(frame);
  assert.equal(outcome, Outcome.tcp);
  assert.deepEqual(headers, {
    ipVersion: 4,
    ...{ src0: 0, src1: 0, src2: 0xffff, src3: 0x0a010203 },
    ...{ dst0: 0, dst1: 0, dst2: 0xffff, dst3: 0xc0a8feff | 0 },
    ...{ srcPort: 40000, dstPort: 4730, seq: 0xfedcba98, ack: 0x01020304, flags: 0x18, window: 512 },
    ...{ payloadStart: START + 54, payloadEnd: START + 58, payloadLength: 4 },
    ...{ protocol: 0, fragmentOffset: -1 },
  });
});

test('IPv4 and IPv6 addresses are parsed', () => {
  const four = parse(ipv4(tcp()), 101).headers;
  assert.deepEqual([source(four), destination(four)], ['10.1.2.3', '192.168.254.255']);
  const six = parse(ipv6(tcp()), 101).headers;
  assert.deepEqual([source(six), destination(six)], ['2001:db8::1', 'fe80::ff:fe00:80']);
  assert.deepEqual([six.src0, six.dst0, six.dst3], [0x20010db8, 0xfe800000 | 0, 0xfe000080 | 0]);
});

const OPTIONS_40 = hex(`94040000${'01'.repeat(36)}`);
const HOP_BY_HOP: Extension = [0, hex('00 0502 0000 0100')];
const JUMBO: Extension = [0, hex('00 c204 0001 0024')];
const ROUTING: Extension = [43, hex(`02 04 00 00000000 ${'00'.repeat(16)}`)];
const DESTINATION: Extension = [60, hex(`01 010c ${'00'.repeat(12)}`)];
const FIRST: Extension = [44, hex('00 0001 00000001')];
const LATER: Extension = [44, hex('00 05a8 00000001')];
const ATOMIC: Extension = [44, hex('00 0006 00000001')];
const AH: Extension = [51, hex(`04 0000 00000001 00000001 ${'00'.repeat(12)}`)];
const MOBILITY: Extension = [135, hex('00 0000 0000 0000')];
const HIP: Extension = [139, hex('00 0000 0000 0000')];
const SHIM6: Extension = [140, hex('00 0000 0000 0000')];
const ESP: Extension = [50, hex('000000 00000001')];

/** Frames with TCP: name, frame. */
const GOOD: readonly (readonly [string, Bytes])[] = [
  ['IPv4', ethernet4(ipv4(tcp()))],
  ['IPv4 with 40 bytes of options', ethernet4(ipv4(tcp(), { options: OPTIONS_40 }))],
  ['IPv4, no DF', ethernet4(ipv4(tcp(), { fragment: 0 }))],
  ['IPv4, the reserved (evil) bit', ethernet4(ipv4(tcp(), { fragment: 0x8000 }))],
  ['IPv4, total length 0', ethernet4(ipv4(tcp(), { length: 0 }))],
  ['IPv6', ethernet6(ipv6(tcp()))],
  ['IPv6 hop-by-hop', ethernet6(ipv6(tcp(), [HOP_BY_HOP]))],
  ['IPv6 routing', ethernet6(ipv6(tcp(), [ROUTING]))],
  ['IPv6 destination options', ethernet6(ipv6(tcp(), [DESTINATION]))],
  ['IPv6 atomic fragment', ethernet6(ipv6(tcp(), [ATOMIC]))],
  ['IPv6 AH', ethernet6(ipv6(tcp(), [AH]))],
  ['IPv6 mobility, HIP, shim6', ethernet6(ipv6(tcp(), [MOBILITY, HIP, SHIM6]))],
  [
    'IPv6, all at once',
    ethernet6(ipv6(tcp(), [HOP_BY_HOP, DESTINATION, ROUTING, ATOMIC, AH, MOBILITY, DESTINATION])),
  ],
  ['IPv6, 16 headers', ethernet6(ipv6(tcp(), new Array(16).fill(DESTINATION)))],
  ['IPv6, payload length 0', ethernet6(ipv6(tcp(), [], 6, 0))],
  ['IPv6, payload length 0 and the jumbo option', ethernet6(ipv6(tcp(), [JUMBO], 6, 0))],
];

for (const [name, frame] of GOOD) {
  test(`${name}: TCP`, () => {
    const { outcome, headers, payload } = parse(frame);
    assert.equal(outcome, Outcome.tcp);
    assert.equal(headers.srcPort, 40000);
    assert.equal(headers.payloadLength, PAYLOAD.length);
    assert.deepEqual(payload, PAYLOAD);
  });

  test(`${name}: truncated before the payload it is truncated, after that only its captured payload is shorter`, () => {
    const whole = parse(frame).headers;
    const headersLength = frame.length - PAYLOAD.length;
    for (let captured = 0; captured <= frame.length; captured++) {
      const { outcome, headers } = parse(frame, 1, captured, frame.length);
      assert.equal(outcome, captured < headersLength ? Outcome.truncated : Outcome.tcp, `${captured} bytes`);
      if (outcome === Outcome.tcp) assert.deepEqual(headers, { ...whole, payloadEnd: START + captured });
    }
  });
}

const UDP = hex('9c40 127a 0008 0000');

/** Frames without TCP, or with a bad header: name, frame, outcome. */
const OTHERS: readonly (readonly [string, Bytes, Outcome])[] = [
  ['UDP over IPv4', ethernet4(ipv4(UDP, { protocol: 17 })), Outcome.notTcp],
  ['ICMP', ethernet4(ipv4(UDP, { protocol: 1 })), Outcome.notTcp],
  ['UDP over IPv6', ethernet6(ipv6(UDP, [], 17)), Outcome.notTcp],
  ['ICMPv6 after hop-by-hop', ethernet6(ipv6(UDP, [HOP_BY_HOP], 58)), Outcome.notTcp],
  ['ESP', ethernet6(ipv6(tcp(), [ESP])), Outcome.notTcp],
  ['IPv6 no next header', ethernet6(ipv6([], [], 59)), Outcome.notTcp],
  ['IPv6 no next header after hop-by-hop', ethernet6(ipv6([], [HOP_BY_HOP], 59)), Outcome.notTcp],

  ['IPv4, first fragment', ethernet4(ipv4(tcp(), { fragment: 0x2000 })), Outcome.fragment],
  ['IPv4, middle fragment', ethernet4(ipv4(tcp(), { fragment: 0x2001 })), Outcome.fragment],
  ['IPv4, last fragment', ethernet4(ipv4([1, 2, 3], { fragment: 0x1fff })), Outcome.fragment],
  ['IPv4, fragment of UDP', ethernet4(ipv4(UDP, { protocol: 17, fragment: 0x2000 })), Outcome.notTcp],
  ['IPv6, first fragment', ethernet6(ipv6(tcp(), [FIRST])), Outcome.fragment],
  ['IPv6, later fragment', ethernet6(ipv6([1, 2, 3], [HOP_BY_HOP, LATER])), Outcome.fragment],
  [
    'IPv6, fragment with more extension headers',
    ethernet6(ipv6(tcp(), [FIRST, DESTINATION])),
    Outcome.fragment,
  ],
  ['IPv6, fragment of UDP', ethernet6(ipv6(UDP, [FIRST], 17)), Outcome.notTcp],

  ['IPv4, header length 16', ethernet4([0x44, ...ipv4(tcp()).slice(1)]), Outcome.badHeader],
  ['IPv4, total length below the header', ethernet4(ipv4(tcp(), { length: 19 })), Outcome.badHeader],
  [
    'IPv4, total length below the header with options',
    ethernet4(ipv4(tcp(), { length: 59, options: OPTIONS_40 })),
    Outcome.badHeader,
  ],
  ['IPv4, total length beyond the packet', ethernet4(ipv4(tcp(), { length: 57 })), Outcome.badHeader],
  ['IPv4, the packet ends in the header', ethernet4(ipv4(tcp()).slice(0, 19)), Outcome.badHeader],
  ['IPv4, no bytes', ethernet4([]), Outcome.badHeader],
  ['IPv6, payload length beyond the packet', ethernet6(ipv6(tcp(), [], 6, 37)), Outcome.badHeader],
  ['IPv6, the packet ends in the header', ethernet6(ipv6(tcp()).slice(0, 39)), Outcome.badHeader],
  ['IPv6, an extension longer than the packet', ethernet6(ipv6(tcp(), [[60, [255]]])), Outcome.badHeader],
  ['IPv6, the packet ends in an extension', ethernet6(ipv6([], [[60, hex('00 0000')]])), Outcome.badHeader],
  ['IPv6, the length ends in an extension', ethernet6(ipv6(tcp(), [DESTINATION], 6, 8)), Outcome.badHeader],
  ['IPv6, 17 headers', ethernet6(ipv6(tcp(), new Array(17).fill(DESTINATION))), Outcome.badHeader],
];

for (const [name, frame, outcome] of OTHERS) {
  test(`${name}: ${Object.keys(Outcome)[outcome]}`, () => {
    assert.equal(parse(frame).outcome, outcome);
  });
}

test('a fragment has addresses and no ports', () => {
  const { headers } = parse(ethernet4(ipv4(tcp(), { fragment: 0x2000 })));
  assert.deepEqual([source(headers), headers.srcPort, headers.dstPort], ['10.1.2.3', 0, 0]);
  const six = parse(ethernet6(ipv6(tcp(), [FIRST]))).headers;
  assert.deepEqual([destination(six), six.srcPort, six.dstPort], ['fe80::ff:fe00:80', 0, 0]);
});

test('Ethernet padding is not payload', () => {
  for (const payload of [[], [7]]) {
    for (const frame of [ethernet4(ipv4(tcp(payload))), ethernet6(ipv6(tcp(payload)))]) {
      const { outcome, headers } = parse([...frame, ...new Array(12).fill(0xee)]);
      assert.equal(outcome, Outcome.tcp);
      assert.equal(headers.payloadLength, payload.length);
      assert.equal(headers.payloadEnd, START + frame.length);
    }
  }
});

test('a packet with length 0 fills the frame, beyond 64 KiB and beyond the captured bytes', () => {
  const long = new Array<number>(100_000).fill(0x5a);
  const frames = [
    ethernet4(ipv4(tcp(long), { length: 0 })),
    ethernet6(ipv6(tcp(long), [], 6, 0)),
    ethernet6(ipv6(tcp(long), [JUMBO], 6, 0)),
  ];
  for (const frame of frames) {
    const { outcome, headers } = parse(frame);
    assert.equal(outcome, Outcome.tcp);
    assert.equal(headers.payloadLength, 100_000);
    assert.equal(headers.payloadEnd, START + frame.length);
    const truncated = parse(frame, 1, 200, frame.length);
    assert.equal(truncated.outcome, Outcome.tcp);
    assert.equal(truncated.headers.payloadLength, 100_000);
    assert.equal(truncated.headers.payloadEnd, START + 200);
  }
});

test('a wire length below the captured length is ignored', () => {
  const frame = ethernet4(ipv4(tcp()));
  assert.deepEqual(parse(frame, 1, frame.length, 0), parse(frame));
});

test('a captured length beyond the buffer is ignored', () => {
  const frame = Uint8Array.from(ethernet4(ipv4(tcp())));
  const parser = new PacketParser();
  assert.equal(parser.parse(frame, 0, 0xfffffffe, 0xfffffffe, 1), Outcome.tcp);
  assert.equal(parser.headers.payloadEnd, frame.length);
  assert.equal(parser.parse(frame, 0xffff, 100, 100, 1), Outcome.truncated);
});
