import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { formatAddress } from '../../src/packet/address.js';
import { communityId } from '../../src/packet/community-id.js';
import { type Headers, Outcome } from '../../src/packet/headers.js';
import { PacketParser } from '../../src/packet/packet-parser.js';
import { newServiceClassifier } from '../../src/packet/service.js';
import { SERVICE_PORTS } from '../helpers/connection.js';

/**
 * Every packet of a real capture is parsed as by tshark 4.0. To recompute a digest:
 *
 *     tshark --enable-protocol communityid -r FILE -Y 'tcp and not icmp' -T fields -e frame.number \
 *       -e ip.src -e tcp.srcport -e ip.dst -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags \
 *       -e tcp.window_size_value -e tcp.len -e communityid | sha256sum
 */
const CAPTURES: readonly (readonly [name: string, expected: Summary])[] = [
  [
    'gm-basic',
    {
      outcomes: { tcp: 357 },
      connections: 18,
      toServer: { packets: 190, payload: 3500 },
      toClient: { packets: 167, payload: 3583 },
      digest: 'e9a1db127427e23ddd894abd19e7d8d480290d9e684d4ca301456992ef61a59f',
    },
  ],
  [
    'g-any-sll2',
    {
      outcomes: { tcp: 119, notTcp: 4 },
      connections: 5,
      toServer: { packets: 65, payload: 15762 },
      toClient: { packets: 54, payload: 17530 },
      digest: 'bbb70aceaa2458bbcd5046d64fd8a0adc381d07aa6b5cd88a76d5115b1c2e9c8',
    },
  ],
];

interface Summary {
  outcomes: Record<string, number>;
  connections: number;
  toServer: { packets: number; payload: number };
  toClient: { packets: number; payload: number };
  /** SHA-256 of tshark's lines. */
  digest: string;
}

function line(number: number, h: Headers, id: string): string {
  return [
    number,
    formatAddress(h.ipVersion, h.src0, h.src1, h.src2, h.src3),
    h.srcPort,
    formatAddress(h.ipVersion, h.dst0, h.dst1, h.dst2, h.dst3),
    h.dstPort,
    h.seq,
    h.ack,
    `0x${h.flags.toString(16).padStart(4, '0')}`,
    h.window,
    h.payloadLength,
    id,
  ].join('\t');
}

/** Walks a classic pcap file, little-endian (https://www.tcpdump.org/manpages/pcap-savefile.5.html). */
function summarise(file: Buffer): Summary {
  const linkType = file.readUInt32LE(20);
  const toServer = newServiceClassifier(SERVICE_PORTS);
  const names = Object.keys(Outcome);
  const parser = new PacketParser();
  const { headers } = parser;
  const ids = new Set<string>();
  const digest = createHash('sha256');
  const summary: Summary = {
    outcomes: {},
    connections: 0,
    toServer: { packets: 0, payload: 0 },
    toClient: { packets: 0, payload: 0 },
    digest: '',
  };
  let number = 0;
  for (let at = 24; at < file.length; ) {
    const captured = file.readUInt32LE(at + 8);
    const wire = file.readUInt32LE(at + 12);
    number++;
    const outcome = parser.parse(file, at + 16, captured, wire, linkType);
    at += 16 + captured;
    summary.outcomes[names[outcome]] = (summary.outcomes[names[outcome]] ?? 0) + 1;
    if (outcome !== Outcome.tcp) continue;
    const id = communityId(headers);
    ids.add(id);
    digest.update(`${line(number, headers, id)}\n`);
    const side = toServer(headers) ? summary.toServer : summary.toClient;
    side.packets++;
    side.payload += headers.payloadEnd - headers.payloadStart;
  }
  summary.connections = ids.size;
  summary.digest = digest.digest('hex');
  return summary;
}

for (const [name, expected] of CAPTURES) {
  test(`${name}: every packet is parsed as by tshark`, () => {
    // Tests run in the project's folder.
    const file = gunzipSync(readFileSync(`test/captures/${name}.pcap.gz`));
    assert.deepEqual(summarise(file), expected);
  });
}
