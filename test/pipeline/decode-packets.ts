/** Packets through decoders without their threads: the lines they write, and the counters, which must add up. */

import assert from 'node:assert/strict';
import { newTextLines } from '../../src/lines/text-lines.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { type DecodeOptions, PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { NO_RECORD_COUNTERS, type RecordCounters } from '../../src/pipeline/decode/record-counters.js';
import { Counter, type CounterRow } from '../../src/records/counters.js';
import { asRecords, type Packet } from '../faults/packets.js';
import { FEW_FLOWS, PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';

const OPTIONS: DecodeOptions = {
  shard: 0,
  shards: 1,
  ...PROTOCOL_OPTIONS,
  select: SELECT_ALL,
  view: 'calls',
  detail: 'summary',
  payloadBytes: 0,
  maxLine: 16384,
  snaplen: 262144,
  tunnels: 0,
  limits: FEW_FLOWS,
  numbered: true,
};

const NAMES = Object.keys(Counter) as (keyof typeof Counter)[];
const OWN = NAMES.filter((name) => name === 'packets_decoded' || /^packets_ignored_by_(?!filter)/.test(name));

export interface Line {
  readonly message: string;
  readonly event: { readonly dataset: string; readonly action: string };
  readonly network: { readonly protocol?: string; readonly community_id: string };
}

export interface Decoded {
  /** The lines of all decoders, one decoder's after the other's. */
  readonly text: string;
  readonly lines: readonly Line[];
  /** Summed over the decoders. */
  readonly counters: CounterRow;
}

export function decodePackets(
  linkType: number,
  packets: readonly Packet[],
  more: Partial<DecodeOptions> = {},
  tallyOf: (shard: number, counters: CounterRow) => RecordCounters = () => NO_RECORD_COUNTERS,
): Decoded {
  const { shards } = { ...OPTIONS, ...more };
  const sum = counterRow(createCounters(1), 0);
  const records = asRecords(packets);
  let text = '';
  for (let shard = 0; shard < shards; shard++) {
    const counters = counterRow(createCounters(1), 0);
    const options = { ...OPTIONS, ...more, shard };
    const decoder = new PacketDecoder(options, {
      counters,
      checkpoint: Float64Array.of(linkType, 0),
      lines: newTextLines((line) => {
        text += line;
      }),
      recordCounters: tallyOf(shard, counters),
    });
    decoder.decodeRecords(records, 0, records.length, () => {});
    decoder.end();
    const own = OWN.reduce((all, name) => all + counters[Counter[name]], 0);
    assert.equal(counters[Counter.walked], packets.length);
    assert.equal(own + counters[Counter.other_decoder], packets.length);
    for (const [column, value] of counters.entries()) sum[column] += value;
  }
  const decoded = OWN.reduce((all, name) => all + sum[Counter[name]], 0);
  assert.equal(decoded, packets.length, 'packets seen = decoded + ignored');
  assert.equal(sum[Counter.flows_new], sum[Counter.flows_closed]);
  assert.equal(sum[Counter.faults_decoder], 0, 'a decoder threw');
  const lines = text.split('\n').filter(Boolean);
  return { text, lines: lines.map((line) => JSON.parse(line) as Line), counters: sum };
}
