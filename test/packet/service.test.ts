import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Headers, newHeaders } from '../../src/packet/headers.js';
import { flowHash, newServiceClassifier, shardOf } from '../../src/packet/service.js';
import { SERVICE_PORTS } from '../helpers/connection.js';
import { randomiser } from './build.js';

function v4(srcPort: number, dstPort: number, src3 = 0x0a000001, dst3 = 0x0a000002): Headers {
  return { ...newHeaders(), ipVersion: 4, src2: 0xffff, dst2: 0xffff, src3, dst3, srcPort, dstPort };
}

function reversed(h: Headers): Headers {
  return {
    ...h,
    ...{ src0: h.dst0, src1: h.dst1, src2: h.dst2, src3: h.dst3, srcPort: h.dstPort },
    ...{ dst0: h.src0, dst1: h.src1, dst2: h.src2, dst3: h.src3, dstPort: h.srcPort },
  };
}

const toServer = newServiceClassifier(SERVICE_PORTS);

/** Client port, server port. */
const PORTS: readonly (readonly [string, number, number])[] = [
  ['a known port is below an ephemeral one', 40000, 4730],
  ['a known port is above a privileged one', 1023, 24007],
  ['a known port against a brick', 49152, 24007],
  ['a brick: the larger port', 49151, 49152],
  ['a brick: the larger port, from a privileged one', 1020, 60999],
  ['both known: the larger port', 4730, 24007],
  ['both known: the larger port, again', 24007, 24008],
];

for (const [name, client, server] of PORTS) {
  test(name, () => {
    assert.equal(toServer(v4(client, server)), true);
    assert.equal(toServer(v4(server, client)), false);
  });
}

test('equal ports: the larger address, unsigned', () => {
  assert.equal(toServer(v4(24007, 24007, 0x0a000001, 0xc0a80001 | 0)), true);
  assert.equal(toServer(v4(24007, 24007, 0xc0a80001 | 0, 0x0a000001)), false);
  for (const word of ['src0', 'src1', 'src2', 'src3'] as const) {
    const h = { ...newHeaders(), ipVersion: 6, srcPort: 5, dstPort: 5, [word]: 0x80000000 | 0 };
    assert.equal(toServer(h), false, word);
    assert.equal(toServer(reversed(h)), true, word);
  }
});

test('a connection of an endpoint to itself has one direction', () => {
  const h = v4(24007, 24007, 1, 1);
  assert.equal(toServer(h), toServer(reversed(h)));
});

test('known ports are configurable', () => {
  const custom = newServiceClassifier([8000]);
  assert.equal(custom(v4(40000, 8000)), true);
  assert.equal(custom(v4(4730, 8000)), true);
  assert.equal(custom(v4(40000, 4730)), false);
  assert.equal(newServiceClassifier([])(v4(40000, 4730)), false);
});

function randomHeaders(random: () => number): Headers {
  const h = newHeaders();
  for (const word of ['src0', 'src1', 'src2', 'src3', 'dst0', 'dst1', 'dst2', 'dst3'] as const)
    h[word] = random() | 0;
  h.srcPort = random() & 0xffff;
  h.dstPort = random() & 0xffff;
  return h;
}

test('both directions have one service, one shard and one flow hash', () => {
  const random = randomiser(1);
  for (let i = 0; i < 10_000; i++) {
    const h = randomHeaders(random);
    const reply = reversed(h);
    assert.notEqual(toServer(h), toServer(reply));
    const shards = 1 + (random() % 64);
    const shard = shardOf(h, toServer(h), shards);
    assert.ok(shard >= 0 && shard < shards && Number.isInteger(shard));
    assert.equal(shardOf(reply, toServer(reply), shards), shard);
    assert.equal(flowHash(reply), flowHash(h));
    assert.equal(flowHash(reply, i), flowHash(h, i));
    assert.equal(flowHash(h) | 0, flowHash(h));
  }
});

test('all clients of a service have one shard', () => {
  const random = randomiser(2);
  const shards = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const h = v4(1024 + (random() % 20_000), 49152, random() | 0);
    shards.add(shardOf(h, toServer(h), 8));
  }
  assert.equal(shards.size, 1);
});

test('the bricks of a cluster spread evenly over the shards', () => {
  for (const shards of [2, 3, 4, 7, 8, 16]) {
    const counts = new Array<number>(shards).fill(0);
    for (let host = 1; host <= 40; host++) {
      for (let brick = 0; brick < 40; brick++) {
        counts[shardOf(v4(1000, 49152 + brick, 0x0a000001, 0x0a4d0000 + host), true, shards)]++;
      }
    }
    // The expected count and five standard deviations.
    const mean = 1600 / shards;
    for (const count of counts)
      assert.ok(Math.abs(count - mean) < 5 * Math.sqrt(mean), `${shards}: ${counts}`);
  }
});

test('flow hashes of like connections differ, in their low bits too', () => {
  const hashes = new Set<number>();
  const buckets = new Uint32Array(1024);
  const flows = 100 * 1000;
  for (let host = 0; host < 100; host++) {
    for (let port = 0; port < 1000; port++) {
      const hash = flowHash(v4(48152 + port, 49152, 0x0a4d0100 + host, 0x0a4d0001));
      hashes.add(hash);
      buckets[hash & 1023]++;
    }
  }
  // Of 100,000 random 32-bit integers about 1.2 pairs are equal.
  assert.ok(hashes.size > flows - 12, `${flows - hashes.size} collisions`);
  assert.ok(Math.max(...buckets) < 160 && Math.min(...buckets) > 50);
});

test('a seed changes which connections collide', () => {
  const h = v4(40000, 4730);
  assert.equal(flowHash(h), flowHash(h, 0));
  assert.notEqual(flowHash(h, 1), flowHash(h, 2));
});
