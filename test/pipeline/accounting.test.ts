/** Every packet is accounted for exactly once, whatever it contains and however many decoders there are. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Tunnel } from '../../src/packet/tunnel.js';
import { Counter } from '../../src/records/counters.js';
import { asFile, type Capture, type Packet, readPackets } from '../faults/packets.js';
import { newRandom, type Random } from '../helpers/random.js';
import { finalStats, linesOf, wiretail } from '../helpers/wiretail.js';
import { decodePackets } from './decode-packets.js';

const NAMES = ['gm-all', 'gm-split-odd', 'x-foreign', 'g-any-sll2'];
const CAPTURES: readonly Capture[] = await Promise.all(NAMES.map(readPackets));
const TUNNELS = Tunnel.vxlan | Tunnel.gre | Tunnel.ipip;

/** The bytes of a packet that may be headers. */
const HEADERS = 66;

/** The packet truncated, with other bytes in its headers, or with a wrong length. */
function mutated(packet: Packet, random: Random): Packet {
  const bytes = Uint8Array.from(packet.bytes);
  for (let n = random.below(4); n > 0; n--) {
    bytes[random.below(Math.min(HEADERS, bytes.length))] = random.below(256);
  }
  const cut = random.chance(0.3) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
  const wire = random.chance(0.1) ? random.below(3000) : packet.wire;
  return { ...packet, bytes: cut, wire };
}

/** Some packets are mutated, duplicated, dropped, or delayed by seconds. */
function mutate({ packets }: Capture, random: Random): Packet[] {
  const share = random.pick([0.05, 0.3, 1]);
  let late = 0;
  return packets.flatMap((packet) => {
    if (random.chance(0.01)) late += random.below(5);
    const changed = random.chance(share) ? mutated(packet, random) : packet;
    const moved = { ...changed, seconds: changed.seconds + late };
    return random.chance(0.03) ? [] : random.chance(0.03) ? [moved, moved] : [moved];
  });
}

const ignored = new Set<string>();

for (const capture of CAPTURES) {
  test(`${capture.name} mutated: each packet is counted once, and one, two and three decoders write the same lines`, () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = newRandom(seed);
      const packets = mutate(capture, random);
      const options = {
        tunnels: random.chance(0.5) ? TUNNELS : 0,
        snaplen: random.chance(0.5) ? 262144 : random.between(0, 200),
      };
      // This checks the counters.
      const alone = decodePackets(capture.linkType, packets, options);
      for (const shards of [2, 3]) {
        const shared = decodePackets(capture.linkType, packets, { ...options, shards });
        assert.deepEqual(shared.text.split('\n').sort(), alone.text.split('\n').sort(), `seed ${seed}`);
      }
      for (const name of Object.keys(Counter) as (keyof typeof Counter)[]) {
        if (name.startsWith('packets_ignored_by_') && alone.counters[Counter[name]] > 0) ignored.add(name);
      }
    }
  });
}

test('the mutated captures have packets of every reason to be ignored', () => {
  for (const way of ['not_ip', 'not_tcp', 'fragment', 'bad_header', 'cut', 'unknown_protocol']) {
    assert.ok(ignored.has(`packets_ignored_by_${way}`), way);
  }
});

const directory = mkdtempSync(join(tmpdir(), 'wiretail-accounting-'));
after(() => rmSync(directory, { recursive: true, force: true }));

for (const [i, args] of [
  ['--workers', '1'],
  ['--workers', '3', '--snaplen', '96'],
  ['--workers', '2', '--decapsulate', 'vxlan,gre,ipip', '-f', 'tcp port 4730 or not tcp'],
].entries()) {
  test(`the final stats of a mutated capture add up with ${args.join(' ')}`, () => {
    const capture = CAPTURES[i];
    const packets = mutate(capture, newRandom(100 + i));
    const path = join(directory, `${i}.pcap`);
    writeFileSync(path, asFile(capture.linkType, packets));
    const { stdout, code, stderr } = wiretail(['read', path, ...args]);
    assert.equal(code, 0, stderr);
    const stats = finalStats(linesOf(stdout)).packets;
    assert.equal(stats.seen, packets.length);
    assert.equal(stats.seen, stats.decoded + stats.ignored + stats.dropped);
    assert.equal(
      stats.ignored,
      Object.values(stats.ignored_by).reduce((sum, count) => sum + count, 0),
    );
    assert.deepEqual([stats.dropped, stats.waiting], [0, 0]);
  });
}
