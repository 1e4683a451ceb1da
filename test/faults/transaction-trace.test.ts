/**
 * Damaged captures of glusterds: a line has the fields of a command's transaction that the undamaged line has, or lacks
 * them; never others.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTextLines } from '../../src/lines/text-lines.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { FEW_FLOWS, PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import { DAMAGES } from './damage.js';
import { asRecords, type Packet, readPackets } from './packets.js';

const TRANSACTION_FIELDS = [
  'operation',
  'volume',
  'command',
  'keys',
  'transaction',
  'steps',
  'peer_uuid',
  'responder_uuid',
];

type TransactionFields = Readonly<Record<string, unknown>>;

const OPTIONS = {
  shard: 0,
  shards: 1,
  ...PROTOCOL_OPTIONS,
  select: SELECT_ALL,
  maxLine: 0,
  snaplen: 262144,
  tunnels: 0,
  limits: FEW_FLOWS,
  numbered: true,
} as const;

/** The transaction fields of lines, by connection, xid, and call or reply. */
function readFields(
  linkType: number,
  packets: readonly Packet[],
  view: 'calls' | 'messages',
): Map<string, TransactionFields> {
  const found = new Map<string, TransactionFields>();
  const counters = counterRow(createCounters(1), 0);
  const decoder = new PacketDecoder(
    { ...OPTIONS, view },
    {
      counters,
      checkpoint: Float64Array.of(linkType, 0),
      lines: newTextLines((line) => {
        if (!line.includes('"gluster.mgmt"')) return;
        const { event, network, rpc, gluster } = JSON.parse(line);
        if (gluster === undefined) return;
        const fields = Object.fromEntries(
          TRANSACTION_FIELDS.filter((name) => name in gluster).map((name) => [name, gluster[name]]),
        );
        found.set(`${network.community_id} ${rpc.xid} ${rpc.type} ${event.action}`, fields);
      }),
    },
  );
  const records = asRecords(packets);
  decoder.decodeRecords(records, 0, records.length, () => {});
  decoder.end();
  return found;
}

for (const view of ['calls', 'messages'] as const) {
  test(`a damaged capture shows no wrong field of a transaction (${view})`, async (t) => {
    const { linkType, packets: all } = await readPackets('g-volume-admin');
    const packets = all.filter(({ connection }) => connection.endsWith(':24007'));
    const whole = readFields(linkType, packets, view);
    assert.ok(whole.size > 600);
    for (const { name, copies } of DAMAGES) {
      let lines = 0;
      let steps = 0;
      for (const copy of copies(packets).slice(0, 8)) {
        for (const [key, fields] of readFields(linkType, copy, view)) {
          lines++;
          if ('steps' in fields) steps++;
          const truth = whole.get(key);
          assert.ok(truth !== undefined, key);
          for (const [field, value] of Object.entries(fields))
            assert.deepEqual(value, truth[field], `${name}: ${key}: ${field}`);
        }
      }
      t.diagnostic(`${name}: ${lines} lines, ${steps} with steps`);
    }
  });
}
