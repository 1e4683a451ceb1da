import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outcome } from '../../src/packet/headers.js';
import {
  type Bytes,
  ethernet,
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

const V4 = ipv4(tcp());
const V6 = ipv6(tcp());

/** Name, link type, link header, what follows, IP version. */
const CASES: readonly (readonly [string, number, Bytes, Bytes, number])[] = [
  ['Ethernet, IPv4', 1, ethernet4([]), V4, 4],
  ['Ethernet, IPv6', 1, ethernet6([]), V6, 6],
  ['802.1Q', 1, ethernet(hex('8100 0064 0800'), []), V4, 4],
  ['802.1Q, priority and DEI bits', 1, ethernet(hex('8100 f064 86dd'), []), V6, 6],
  ['802.1ad over 802.1Q', 1, ethernet(hex('88a8 0064 8100 00c8 0800'), []), V4, 4],
  ['0x9100 over 802.1Q', 1, ethernet(hex('9100 0064 8100 00c8 0800'), []), V4, 4],
  ['0x9200', 1, ethernet(hex('9200 0064 86dd'), []), V6, 6],
  ['8 tags', 1, ethernet([...hex('8100 0001 '.repeat(8)), ...hex('0800')], []), V4, 4],
  ['SLL, IPv4', 113, hex('0000 0001 0006 020000000001 0000 0800'), V4, 4],
  ['SLL, IPv6', 113, hex('0004 0304 0006 000000000000 0000 86dd'), V6, 6],
  ['SLL, 802.1Q', 113, hex('0000 0001 0006 020000000001 0000 8100 0064 0800'), V4, 4],
  ['SLL2, IPv4', 276, hex('0800 0000 00000002 0001 00 06 0200000000010000'), V4, 4],
  ['SLL2, IPv6', 276, hex('86dd 0000 00000001 0304 04 06 0000000000000000'), V6, 6],
  ['SLL2, QinQ', 276, hex('88a8 0000 00000002 0001 00 06 0200000000010000 0064 8100 00c8 86dd'), V6, 6],
  ['raw, IPv4', 101, [], V4, 4],
  ['raw, IPv6', 101, [], V6, 6],
  ['DLT_RAW', 12, [], V4, 4],
  ["OpenBSD's DLT_RAW", 14, [], V6, 6],
  ['LINKTYPE_IPV4', 228, [], V4, 4],
  ['LINKTYPE_IPV6', 229, [], V6, 6],
  ['null, little-endian AF_INET', 0, hex('02000000'), V4, 4],
  ['null, big-endian AF_INET', 0, hex('00000002'), V4, 4],
  ['null, Linux AF_INET6', 0, hex('0a000000'), V6, 6],
  ['null, NetBSD AF_INET6', 0, hex('18000000'), V6, 6],
  ['null, FreeBSD AF_INET6', 0, hex('0000001c'), V6, 6],
  ['null, macOS AF_INET6', 0, hex('1e000000'), V6, 6],
  ['loop, AF_INET', 108, hex('00000002'), V4, 4],
  ['loop, OpenBSD AF_INET6', 108, hex('00000018'), V6, 6],
];

for (const [name, linkType, link, packet, version] of CASES) {
  test(`${name}: the IP packet is found`, () => {
    const bytes = [...link, ...packet];
    const { outcome, headers, payload } = parse(bytes, linkType);
    assert.equal(outcome, Outcome.tcp);
    assert.equal(headers.ipVersion, version);
    assert.equal(headers.dstPort, 4730);
    assert.equal(headers.payloadStart, START + bytes.length - PAYLOAD.length);
    assert.deepEqual(payload, PAYLOAD);
  });

  test(`${name}: truncated in the link header is truncated`, () => {
    for (let captured = 0; captured < link.length; captured++) {
      assert.equal(
        parse([...link, ...packet], linkType, captured, 200).outcome,
        Outcome.truncated,
        `${captured} bytes`,
      );
    }
  });

  test(`${name}: a frame too short for its link header is bad`, () => {
    for (let length = 0; length < link.length; length++) {
      assert.equal(parse(link.slice(0, length), linkType).outcome, Outcome.badHeader, `${length} bytes`);
    }
  });
}

/** Name, link type, packet, outcome. */
const OTHERS: readonly (readonly [string, number, Bytes, Outcome])[] = [
  ['ARP', 1, ethernet(hex('0806'), V4), Outcome.notIp],
  ['LLDP', 1, ethernet(hex('88cc'), V4), Outcome.notIp],
  ['802.3 length with LLC', 1, ethernet(hex('0040'), V4), Outcome.notIp],
  ['ARP in a VLAN', 1, ethernet(hex('8100 0064 0806'), V4), Outcome.notIp],
  ['ARP on SLL', 113, [...hex('0000 0001 0006 020000000001 0000 0806'), ...V4], Outcome.notIp],
  ['ARP on SLL2', 276, [...hex('0806 0000 00000002 0001 00 06 0200000000010000'), ...V4], Outcome.notIp],
  ['null, AF_UNIX', 0, [...hex('01000000'), ...V4], Outcome.notIp],
  ['null, AF_UNSPEC', 0, [...hex('00000000'), ...V4], Outcome.notIp],
  ['null, no family at all', 0, [...hex('ffffffff'), ...V4], Outcome.notIp],
  ['loop, the wrong byte order', 108, [...hex('02000000'), ...V4], Outcome.notIp],
  ['9 tags', 1, ethernet([...hex('8100 0001 '.repeat(9)), ...hex('0800')], V4), Outcome.badHeader],
  ['EtherType IPv4, version 6', 1, ethernet4(V6), Outcome.badHeader],
  ['EtherType IPv6, version 4', 1, ethernet6(V4), Outcome.badHeader],
  ['LINKTYPE_IPV4, version 6', 228, V6, Outcome.badHeader],
  ['AF_INET6, version 4', 0, [...hex('1c000000'), ...V4], Outcome.badHeader],
  ['raw, version 5', 101, [0x55, ...V4.slice(1)], Outcome.badHeader],
  ['802.11', 105, V4, Outcome.unknownLink],
  ['a missing row', 2, V4, Outcome.unknownLink],
  ['beyond the last row', 277, V4, Outcome.unknownLink],
  ['far beyond the last row', 0xffffffff, V4, Outcome.unknownLink],
  ['a negative link type', -1, V4, Outcome.unknownLink],
];

for (const [name, linkType, packet, outcome] of OTHERS) {
  test(`${name}: ${Object.keys(Outcome)[outcome]}`, () => {
    assert.equal(parse(packet, linkType).outcome, outcome);
  });
}
