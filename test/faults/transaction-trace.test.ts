/**
 * Damaged captures of glusterds: less is told of an administrator's command, never anything else. What an undamaged
 * line says of the command, its keys, its transaction and the steps before, a damaged capture's says or leaves out.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { newTextLines } from '../../src/lines/text-lines.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { FEW_FLOWS, PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import { DAMAGES } from './damage.js';
import { asRecords, type Packet, readPackets } from './packets.js';

const TOLD = [
  'operation',
  'volume',
  'command',
  'keys',
  'transaction',
  'steps',
  'peer_uuid',
  'responder_uuid',
];

type Told = Readonly<Record<string, unknown>>;

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

/** What the lines of transactions tell, by their connection, xid, and whether it is the call or the reply. */
function tell(linkType: number, packets: readonly Packet[], view: 'calls' | 'messages'): Map<string, Told> {
  const told = new Map<string, Told>();
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
          TOLD.filter((name) => name in gluster).map((name) => [name, gluster[name]]),
        );
        told.set(`${network.community_id} ${rpc.xid} ${rpc.type} ${event.action}`, fields);
      }),
    },
  );
  const records = asRecords(packets);
  decoder.decodeRecords(records, 0, records.length, () => {});
  decoder.end();
  return told;
}

for (const view of ['calls', 'messages'] as const) {
  test(`what is told of transactions in damaged captures is what happened (${view})`, async (t) => {
    const { linkType, packets: all } = await readPackets('g-volume-admin');
    const packets = all.filter(({ connection }) => connection.endsWith(':24007'));
    const whole = tell(linkType, packets, view);
    assert.ok(whole.size > 600);
    for (const { name, copies } of DAMAGES) {
      let lines = 0;
      let steps = 0;
      for (const copy of copies(packets).slice(0, 8)) {
        for (const [key, told] of tell(linkType, copy, view)) {
          lines++;
          if ('steps' in told) steps++;
          const truth = whole.get(key);
          assert.ok(truth !== undefined, key);
          for (const [field, value] of Object.entries(told))
            assert.deepEqual(value, truth[field], `${name}: ${key}: ${field}`);
        }
      }
      t.diagnostic(`${name}: ${lines} lines, ${steps} with steps`);
    }
  });
}
