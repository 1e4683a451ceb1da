import assert from 'node:assert/strict';
import { test } from 'node:test';
import { communityId } from '../../src/packet/community-id.js';
import { type Headers, newHeaders } from '../../src/packet/headers.js';

/** The four words of an address in text, IPv6 with all eight fields or one "::". */
function words(text: string): [number, number, number, number] {
  if (!text.includes(':')) {
    return [0, 0, 0xffff, Buffer.from(text.split('.').map(Number)).readInt32BE()];
  }
  const [left, right] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = right === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  const fields = [...left, ...zeros, ...(right ?? [])].map((field) => Number.parseInt(field, 16));
  const word = (i: number) => (fields[i] << 16) | fields[i + 1];
  return [word(0), word(2), word(4), word(6)];
}

function headers(source: string, srcPort: number, destination: string, dstPort: number): Headers {
  const [src0, src1, src2, src3] = words(source);
  const [dst0, dst1, dst2, dst3] = words(destination);
  const ipVersion = source.includes(':') ? 6 : 4;
  return { ...newHeaders(), ipVersion, src0, src1, src2, src3, srcPort, dst0, dst1, dst2, dst3, dstPort };
}

/**
 * Source, destination, ID with seed 0, with seed 1. The first two are the TCP rows of the
 * specification's baseline (corelight/community-id-spec, baseline/baseline_deflt.json and
 * baseline_seed1.json), the third is of corelight/pycommunityid, tests/communityid_test.py. The rest,
 * for ordering by port and for mapped addresses, are what Wireshark 4.0 shows for such packets with seed
 * 0, and an independent Python computation of the specification for both seeds.
 */
const VECTORS: readonly (readonly [string, number, string, number, string, string])[] = [
  [
    ...(['128.232.110.120', 34855, '66.35.250.204', 80] as const),
    ...(['1:LQU9qZlK+B5F3KDmev6m5PMibrg=', '1:3V71V58M3Ksw/yuFALMcW0LAHvc='] as const),
  ],
  [
    ...(['2001:470:e5bf:dead:4957:2174:e82c:4887', 63943, '2607:f8b0:400c:c03::1a', 25] as const),
    ...(['1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=', '1:eJYTW6AOzFLlSUoESovMjnu7rMw='] as const),
  ],
  [
    ...(['10.0.0.1', 10, '10.0.0.2', 11569] as const),
    ...(['1:SXBGMX1lBOwhhoDrZynfROxnhnM=', '1:HmBRGR+fUyXF4t8WEtal7Y0gEAo='] as const),
  ],
  [
    ...(['127.0.0.1', 46894, '127.0.0.1', 4730] as const),
    ...(['1:vqdJ5zOSpqTcuCGwkWOUHJu5TEA=', '1:Hp59sS8Y3C87qKGxBVWH7SJUI90='] as const),
  ],
  [
    ...(['::1', 46894, '::1', 4730] as const),
    ...(['1:KOrvbvqrxVD1KuRJzji37UAeT4k=', '1:j3ULf1oe2KKOrvtTAxQxP4dDmus='] as const),
  ],
  [
    ...(['::ffff:a00:1', 10, '::ffff:a00:2', 11569] as const),
    ...(['1:FfFDM+UZ0BHG7AlIcnp1nYx1tKg=', '1:YjNlU3R53NdmykAdYC/NBVoBWeE='] as const),
  ],
];

for (const [source, srcPort, destination, dstPort, id, seeded] of VECTORS) {
  test(`the community ID of ${source} ${srcPort}, ${destination} ${dstPort}`, () => {
    const forward = headers(source, srcPort, destination, dstPort);
    const backward = headers(destination, dstPort, source, srcPort);
    assert.equal(communityId(forward), id);
    assert.equal(communityId(backward), id);
    assert.equal(communityId(forward, 1), seeded);
    assert.equal(communityId(backward, 1), seeded);
  });
}
