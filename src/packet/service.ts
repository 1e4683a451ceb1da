import type { Headers } from './headers.js';

/**
 * Returns a function that says whether a packet goes to the service, that is, to the server.
 *
 * The result depends on the two endpoints alone, not on a SYN, so that both directions of a connection, retransmissions
 * and midstream pickups have the same result in every thread. A known port wins; else the larger port, since clients of
 * GlusterFS bind from 49151 down and its bricks listen from 49152 up.
 */
export function newServiceClassifier(knownPorts: Iterable<number>): (h: Headers) => boolean {
  const known = new Uint8Array(0x10000);
  for (const port of knownPorts) known[port] = 1;
  return (h) => {
    const source = known[h.srcPort];
    const destination = known[h.dstPort];
    if (source !== destination) return destination === 1;
    if (h.srcPort !== h.dstPort) return h.dstPort > h.srcPort;
    return !sourceIsLarger(h);
  };
}

/** Compares the addresses as unsigned 128-bit numbers. */
function sourceIsLarger(h: Headers): boolean {
  if (h.src0 !== h.dst0) return h.src0 >>> 0 > h.dst0 >>> 0;
  if (h.src1 !== h.dst1) return h.src1 >>> 0 > h.dst1 >>> 0;
  if (h.src2 !== h.dst2) return h.src2 >>> 0 > h.dst2 >>> 0;
  return h.src3 >>> 0 > h.dst3 >>> 0;
}

/** The shard of a packet's service, and so of all its connections. */
export function shardOf(h: Headers, toServer: boolean, shards: number): number {
  const hash = toServer ? hashDestination(h, 0) : hashSource(h, 0);
  return (hash >>> 0) % shards;
}

/**
 * A signed 32-bit hash of the connection, the same for both directions.
 * @param seed unpredictable where senders choose their addresses: they could choose ones that collide
 */
export function flowHash(h: Headers, seed = 0): number {
  // A sum, since it commutes; not XOR, which would make every connection of an endpoint to itself 0.
  return finalise((hashSource(h, seed) + hashDestination(h, seed)) | 0);
}

function hashSource(h: Headers, seed: number): number {
  return finalise(mix(mix(mix(mix(mix(seed, h.src0), h.src1), h.src2), h.src3), h.srcPort));
}

function hashDestination(h: Headers, seed: number): number {
  return finalise(mix(mix(mix(mix(mix(seed, h.dst0), h.dst1), h.dst2), h.dst3), h.dstPort));
}

/** Mixes a word into the hash: the body of MurmurHash3_x86_32 (Austin Appleby, public domain). */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3's finaliser: every bit depends on every other, also the low ones that a modulo takes. */
function finalise(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
