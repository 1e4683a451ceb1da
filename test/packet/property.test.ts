import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outcome } from '../../src/packet/headers.js';
import { PacketParser } from '../../src/packet/packet-parser.js';
import { type Bytes, ethernet, ethernet4, ethernet6, hex, ipv4, ipv6, randomiser, tcp } from './build.js';

const random = randomiser(20260101);
const below = (n: number) => random() % n;

const LINK_TYPES = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276];

/** Valid packets to mutate, with their link types. */
const SEEDS: readonly (readonly [number, Bytes])[] = [
  [1, ethernet4(ipv4(tcp()))],
  [
    1,
    ethernet(
      hex('88a8 0064 8100 00c8 0800'),
      ipv4(tcp([], new Array(12).fill(1)), { options: hex('01010101') }),
    ),
  ],
  [
    1,
    ethernet6(
      ipv6(tcp(), [
        [0, hex('00 0502 0000 0100')],
        [44, hex('00 0006 00000001')],
        [51, hex('00 0000 0000 0000')],
      ]),
    ),
  ],
  [1, ethernet4(ipv4(tcp(), { length: 0 }))],
  [113, [...hex('0000 0001 0006 020000000001 0000 8100 0064 0800'), ...ipv4(tcp())]],
  [
    276,
    [
      ...hex('86dd 0000 00000001 0304 04 06 0000000000000000'),
      ...ipv6(tcp(), [[60, new Array(7).fill(0)]], 6, 0),
    ],
  ],
  [0, [...hex('02000000'), ...ipv4(tcp())]],
  [108, [...hex('00000018'), ...ipv6(tcp())]],
  [101, ipv4(tcp())],
];

/**
 * Parses buf[start, start + captured), whatever the bytes, and checks the outcome; then again with other bytes around the packet,
 * which must make no difference.
 */
function check(packet: Uint8Array, wire: number, linkType: number): Outcome {
  const captured = packet.length;
  const start = below(40);
  const buf = new Uint8Array(start + captured + below(40)).fill(below(256));
  buf.set(packet, start);
  const parser = new PacketParser();
  const outcome = parser.parse(buf, start, captured, wire, linkType);

  assert.ok(Object.values(Outcome).includes(outcome), `${outcome}`);
  if (outcome === Outcome.tcp) {
    const { payloadStart, payloadEnd, payloadLength, ...numbers } = parser.headers;
    assert.ok(payloadStart >= start + 40);
    assert.ok(payloadEnd >= payloadStart);
    assert.ok(payloadEnd <= start + captured);
    assert.ok(payloadEnd - payloadStart <= payloadLength);
    assert.ok(payloadStart + payloadLength <= start + Math.max(wire, captured));
    // All of the captured payload.
    assert.equal(payloadEnd, Math.min(payloadStart + payloadLength, start + captured));
    for (const value of Object.values(numbers)) assert.ok(Number.isInteger(value));
  }

  const other = new Uint8Array(buf.length).fill(below(256));
  other.set(packet, start);
  const again = new PacketParser();
  assert.equal(again.parse(other, start, captured, wire, linkType), outcome);
  if (outcome === Outcome.tcp || outcome === Outcome.fragment) {
    assert.deepEqual(again.headers, parser.headers);
  }
  return outcome;
}

function wireOf(captured: number): number {
  const more = [0, 0, 1, 100, 70_000, 0x7fffffff, 0xfffffffe - captured];
  return captured + more[below(more.length)];
}

test('random bytes give an outcome within the packet', () => {
  const outcomes = new Set<Outcome>();
  for (let i = 0; i < 30_000; i++) {
    const packet = Uint8Array.from({ length: below(120) }, () => below(256));
    const linkType = i % 10 === 0 ? random() : LINK_TYPES[below(LINK_TYPES.length)];
    outcomes.add(check(packet, wireOf(packet.length), linkType));
  }
  assert.ok(
    outcomes.has(Outcome.unknownLink) && outcomes.has(Outcome.notIp) && outcomes.has(Outcome.badHeader),
  );
});

test('mutated and truncated packets give an outcome within the packet', () => {
  const counts = new Map<Outcome, number>();
  for (let i = 0; i < 60_000; i++) {
    const [linkType, seed] = SEEDS[i % SEEDS.length];
    const packet = Uint8Array.from(below(3) === 0 ? seed.slice(0, below(seed.length + 1)) : seed);
    for (let n = below(4); n > 0 && packet.length > 0; n--) {
      // Mostly boundary values, where lengths and offsets go wrong.
      packet[below(packet.length)] = [0, 1, 0x40, 0x7f, 0x80, 0xff, below(256), below(256)][below(8)];
    }
    const outcome = check(packet, below(2) === 0 ? seed.length : wireOf(packet.length), linkType);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  // The mutations reach every outcome but the one that no bytes can cause.
  for (const [name, outcome] of Object.entries(Outcome)) {
    if (outcome !== Outcome.unknownLink) assert.ok((counts.get(outcome) ?? 0) > 100, name);
  }
});

test('a packet of nothing but tags or extension headers takes no longer than another', () => {
  const tags = new Uint8Array(262_144);
  for (let i = 12; i < tags.length; i += 4) tags.set([0x81, 0x00, 0x00, 0x01], i);
  assert.equal(check(tags, tags.length, 1), Outcome.badHeader);
  // All zeros after the IPv6 header: hop-by-hop headers of 8 bytes, each followed by the next.
  const extensions = new Uint8Array(262_144);
  extensions[0] = 0x60;
  assert.equal(check(extensions, extensions.length, 101), Outcome.badHeader);

  const parser = new PacketParser();
  const started = process.hrtime.bigint();
  for (let i = 0; i < 10_000; i++) {
    parser.parse(tags, 0, tags.length, tags.length, 1);
    parser.parse(extensions, 0, extensions.length, extensions.length, 101);
  }
  // About 2 ms; walked to their ends, 20,000 packets would take more than 2 s.
  assert.ok(process.hrtime.bigint() - started < 500_000_000n);
});
