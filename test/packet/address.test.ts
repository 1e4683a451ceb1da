import assert from 'node:assert/strict';
import { isIP, SocketAddress } from 'node:net';
import { test } from 'node:test';
import { formatAddress } from '../../src/packet/address.js';
import { hex, randomiser } from './build.js';

function words(digits: string): [number, number, number, number] {
  const bytes = Buffer.from(hex(digits));
  return [bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8), bytes.readInt32BE(12)];
}

test('IPv4 addresses are dotted', () => {
  assert.equal(formatAddress(4, 0, 0, 0xffff, 0), '0.0.0.0');
  assert.equal(formatAddress(4, 0, 0, 0xffff, -1), '255.255.255.255');
  assert.equal(formatAddress(4, 0, 0, 0xffff, 0xc0a80001 | 0), '192.168.0.1');
});

/** Bytes, text. */
const CASES: readonly (readonly [string, string])[] = [
  ['0000 0000 0000 0000 0000 0000 0000 0000', '::'],
  ['0000 0000 0000 0000 0000 0000 0000 0001', '::1'],
  ['0001 0000 0000 0000 0000 0000 0000 0000', '1::'],
  // RFC 5952, section 4.1: no leading zeros; 4.3: lower case.
  ['2001 0db8 abcd 00ef 0a00 1234 5678 9abc', '2001:db8:abcd:ef:a00:1234:5678:9abc'],
  // 4.2.1: as short as can be.
  ['2001 0db8 0000 0000 0000 0000 0002 0001', '2001:db8::2:1'],
  // 4.2.2: a single zero field is written.
  ['2001 0db8 0000 0001 0001 0001 0001 0001', '2001:db8:0:1:1:1:1:1'],
  // 4.2.3: the longest run; of two, the first.
  ['2001 0000 0000 0001 0000 0000 0000 0001', '2001:0:0:1::1'],
  ['2001 0db8 0000 0000 0001 0000 0000 0001', '2001:db8::1:0:0:1'],
  ['0000 0000 0001 0000 0000 0000 0000 0001', '0:0:1::1'],
  ['0000 0001 0000 0001 0000 0001 0000 0001', '0:1:0:1:0:1:0:1'],
  ['0001 0001 0001 0001 0001 0001 0000 0000', '1:1:1:1:1:1::'],
  ['ffff ffff ffff ffff ffff ffff ffff ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  // 5: an IPv4 address inside.
  ['0000 0000 0000 0000 0000 ffff c000 0201', '::ffff:192.0.2.1'],
  ['0000 0000 0000 0000 0000 ffff 0000 0000', '::ffff:0.0.0.0'],
  ['0000 0000 0000 0000 ffff 0000 c000 0201', '::ffff:0:c000:201'],
];

for (const [digits, text] of CASES) {
  test(`the IPv6 address ${text}`, () => assert.equal(formatAddress(6, ...words(digits)), text));
}

test('any IPv6 address reads back as itself', () => {
  const random = randomiser(5952);
  for (let i = 0; i < 2000; i++) {
    // Half of the fields are zero: runs of every length and position.
    const zeros = random() & 0xff;
    const fields = Array.from({ length: 8 }, (_, n) => ((zeros >> n) & 1 ? 0 : random() & 0xffff));
    const long = fields.map((field) => field.toString(16).padStart(4, '0')).join(':');
    const text = formatAddress(6, ...words(long.replaceAll(':', '')));
    assert.equal(isIP(text), 6, text);
    const canonical = (address: string) => new SocketAddress({ address, family: 'ipv6' }).address;
    assert.equal(canonical(text), canonical(long));
  }
});
