import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress } from '../../src/packet/address.js';
import { type Headers, Outcome } from '../../src/packet/headers.js';
import { PacketParser } from '../../src/packet/packet-parser.js';
import { Tunnel } from '../../src/packet/tunnel.js';
import {
  type Bytes,
  ethernet4,
  ethernet6,
  hex,
  type Ipv4,
  ipv4,
  ipv6,
  PAYLOAD,
  randomiser,
  START,
  tcp,
  u16,
} from './build.js';

const ALL = Tunnel.vxlan | Tunnel.gre | Tunnel.ipip;

/** UDP 50000 -> 4789 with a VXLAN header for VNI 7. */
const vxlan = (frame: Bytes, port = 4789, flags = 0x08): Bytes => [
  ...hex('c350'),
  ...u16(port),
  ...u16(16 + frame.length),
  ...hex('0000'),
  flags,
  ...hex('000000 000007 00'),
  ...frame,
];
const gre = (flags: string, type: string, body: Bytes): Bytes => [...hex(`${flags} ${type}`), ...body];
const WORD: Bytes = [1, 2, 3, 4];

const inner = ipv4(tcp());
const frame = ethernet4(inner);
const over4 = (protocol: number, body: Bytes, more: Ipv4 = {}) =>
  ethernet4(ipv4(body, { ...more, protocol }));
const over6 = (protocol: number, body: Bytes) => ethernet6(ipv6(body, [], protocol));

function parse(packet: Bytes, tunnels: number, captured = packet.length, wire = packet.length) {
  const buf = new Uint8Array(START + captured + 40).fill(0x11);
  buf.set(packet.slice(0, captured), START);
  const parser = new PacketParser(tunnels);
  const { headers } = parser;
  const outcome = parser.parse(buf, START, captured, wire, 1);
  return { outcome, headers, payload: [...buf.slice(headers.payloadStart, headers.payloadEnd)] };
}

/** By name: the tunnels that it needs, and the packet. */
const PACKETS: Readonly<Record<string, readonly [tunnel: number, packet: Bytes]>> = {
  'VXLAN over IPv4': [Tunnel.vxlan, over4(17, vxlan(frame))],
  'VXLAN over IPv6': [Tunnel.vxlan, over6(17, vxlan(frame))],
  "VXLAN on Linux's default port": [Tunnel.vxlan, over4(17, vxlan(frame, 8472))],
  'VXLAN with a padded frame': [Tunnel.vxlan, [...over4(17, vxlan([...frame, 0, 0, 0])), 9, 9]],
  'GRE with IPv4': [Tunnel.gre, over4(47, gre('0000', '0800', inner))],
  'GRE with a key': [Tunnel.gre, over4(47, gre('2000', '0800', [...WORD, ...inner]))],
  'GRE with a checksum, a key and a sequence number': [
    Tunnel.gre,
    over6(47, gre('b000', '0800', [...WORD, ...WORD, ...WORD, ...inner])),
  ],
  NVGRE: [Tunnel.gre, over4(47, gre('2000', '6558', [...WORD, ...frame]))],
  'IPv4 in IPv4': [Tunnel.ipip, over4(4, inner)],
  'IPv4 in IPv6': [Tunnel.ipip, over6(4, inner)],
  'VXLAN in GRE': [ALL, over4(47, gre('0000', '0800', ipv4(vxlan(frame), { protocol: 17 })))],
};

for (const [name, [tunnels, packet]] of Object.entries(PACKETS)) {
  test(`${name}: the inner packet is parsed if the tunnel is enabled`, () => {
    const { outcome, headers, payload } = parse(packet, tunnels);
    assert.equal(outcome, Outcome.tcp);
    assert.deepEqual(payload, PAYLOAD);
    assert.deepEqual(
      [headers.payloadLength, headers.srcPort, headers.dstPort],
      [PAYLOAD.length, 40000, 4730],
    );
    assert.equal(formatAddress(headers.ipVersion, ...sourceOf(headers)), '10.1.2.3');
    assert.equal(parse(packet, 0).outcome, Outcome.notTcp);
    assert.equal(parse(packet, ALL & ~tunnels).outcome, Outcome.notTcp);
  });
}

const sourceOf = (h: Headers) => [h.src0, h.src1, h.src2, h.src3] as const;

test('an inner IPv6 packet is parsed', () => {
  for (const packet of [
    over4(41, ipv6(tcp())),
    over4(47, gre('0000', '86dd', ipv6(tcp()))),
    over4(17, vxlan(ethernet6(ipv6(tcp())))),
  ]) {
    const { outcome, headers, payload } = parse(packet, ALL);
    assert.equal(outcome, Outcome.tcp);
    assert.equal(formatAddress(headers.ipVersion, ...sourceOf(headers)), '2001:db8::1');
    assert.deepEqual(payload, PAYLOAD);
  }
});

test('an inner packet is parsed as any packet', () => {
  const cases: readonly (readonly [Bytes, Outcome])[] = [
    [over4(17, vxlan(ethernet4(ipv4([1, 2, 3, 4, 5, 6, 7, 8], { protocol: 17 })))), Outcome.notTcp],
    [over4(17, vxlan([...hex('020000000001 020000000002 0806'), ...WORD])), Outcome.notIp],
    [over4(17, vxlan(ethernet4(ipv4(tcp(), { fragment: 0x2000 })))), Outcome.fragment],
    [over4(17, vxlan(ethernet4(ipv4(tcp(), { length: 1000 })))), Outcome.badHeader],
    [over4(17, vxlan(frame.slice(0, 20))), Outcome.badHeader],
    [over4(47, gre('0000', '88cc', inner)), Outcome.notIp],
    [over4(47, hex('2000 0800')), Outcome.badHeader],
    [over4(4, []), Outcome.badHeader],
  ];
  for (const [packet, outcome] of cases) assert.equal(parse(packet, ALL).outcome, outcome);
});

test('other ports, a missing VNI, other GRE versions and source routes are no tunnel', () => {
  for (const packet of [
    over4(17, vxlan(frame, 53)),
    over4(17, vxlan(frame, 4789, 0)),
    over4(47, gre('0001', '0800', inner)),
    over4(47, gre('4000', '0800', inner)),
  ]) {
    assert.equal(parse(packet, ALL).outcome, Outcome.notTcp);
  }
});

test('a fragment of a tunnel is a fragment, if it can be recognised', () => {
  assert.equal(
    parse(over4(47, gre('0000', '0800', inner), { fragment: 0x2000 }), ALL).outcome,
    Outcome.fragment,
  );
  assert.equal(parse(over4(47, inner, { fragment: 0x0010 }), ALL).outcome, Outcome.fragment);
  assert.equal(parse(over4(17, vxlan(frame), { fragment: 0x2000 }), ALL).outcome, Outcome.fragment);
  // Without ports, it may be any UDP packet.
  assert.equal(parse(over4(17, vxlan(frame), { fragment: 0x0010 }), ALL).outcome, Outcome.notTcp);
});

test('two nested tunnels are decapsulated, not three', () => {
  const once = ipv4(inner, { protocol: 4 });
  assert.equal(parse(ethernet4(once), ALL).outcome, Outcome.tcp);
  const twice = ipv4(once, { protocol: 4 });
  assert.equal(parse(ethernet4(twice), ALL).outcome, Outcome.tcp);
  assert.equal(parse(ethernet4(ipv4(twice, { protocol: 4 })), ALL).outcome, Outcome.notTcp);
});

test('a tunnel truncated anywhere is truncated, or its payload is', () => {
  for (const [tunnels, packet] of Object.values(PACKETS)) {
    for (let captured = 0; captured < packet.length; captured++) {
      const { outcome, headers, payload } = parse(packet, tunnels, captured, packet.length);
      assert.ok(outcome === Outcome.truncated || outcome === Outcome.tcp, `${outcome} at ${captured}`);
      if (outcome !== Outcome.tcp) continue;
      assert.equal(headers.payloadLength, PAYLOAD.length);
      assert.deepEqual(payload, PAYLOAD.slice(0, payload.length));
    }
  }
});

test('random mutations give an outcome within the packet, whatever bytes are around it', () => {
  const random = randomiser(7);
  for (let i = 0; i < 20000; i++) {
    const packets = Object.values(PACKETS);
    const bytes = [...packets[random() % packets.length][1]];
    for (let n = random() % 5; n > 0; n--) bytes[random() % bytes.length] = random() & 0xff;
    const captured = random() % 2 === 0 ? bytes.length : random() % (bytes.length + 1);
    const { outcome, headers } = parse(bytes, ALL, captured, bytes.length);
    const buf = new Uint8Array(START + captured + 40).fill(0xee);
    buf.set(bytes.slice(0, captured), START);
    const again = new PacketParser(ALL);
    assert.equal(again.parse(buf, START, captured, bytes.length, 1), outcome);
    if (outcome !== Outcome.tcp) continue;
    assert.deepEqual(again.headers, headers);
    assert.ok(headers.payloadEnd <= START + captured && headers.payloadStart <= headers.payloadEnd);
    assert.ok(headers.payloadStart + headers.payloadLength <= START + bytes.length);
  }
});
