/** Decodes packets with one decoder: returns its messages and anomalies, and checks its counters. */

import assert from 'node:assert/strict';
import { newTextLines } from '../../src/lines/text-lines.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { Counter } from '../../src/records/counters.js';
import { FEW_FLOWS, PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';
import { type Anomaly, type Message, readLine } from './messages.js';
import { asRecords, type Packet } from './packets.js';

const OPTIONS = {
  shard: 0,
  shards: 1,
  ...PROTOCOL_OPTIONS,
  select: SELECT_ALL,
  view: 'messages',
  detail: 'full',
  // Enough to distinguish payloads: a misplaced payload shows.
  payloadBytes: 64,
  maxLine: 0,
  snaplen: 262144,
  tunnels: 0,
  limits: FEW_FLOWS,
  numbered: true,
} as const;

const ACCOUNTED = (Object.keys(Counter) as (keyof typeof Counter)[]).filter(
  (name) => name === 'packets_decoded' || /^packets_ignored_by_(?!filter)/.test(name),
);

export interface Run {
  readonly messages: readonly Message[];
  readonly anomalies: readonly Anomaly[];
}

export function run(linkType: number, packets: readonly Packet[]): Run {
  const counters = counterRow(createCounters(1), 0);
  const messages: Message[] = [];
  const anomalies: Anomaly[] = [];
  const decoder = new PacketDecoder(OPTIONS, {
    counters,
    checkpoint: Float64Array.of(linkType, 0),
    lines: newTextLines((line) => {
      const read = readLine(line);
      if ('message' in read) messages.push(read.message);
      else anomalies.push(read.anomaly);
    }),
  });
  const records = asRecords(packets);
  decoder.decodeRecords(records, 0, records.length, () => {});
  decoder.end();
  assert.equal(counters[Counter.faults_decoder], 0, 'a decoder threw');
  const accounted = ACCOUNTED.reduce((all, name) => all + counters[Counter[name]], 0);
  assert.equal(accounted, packets.length, 'packets seen = decoded + ignored');
  assert.equal(counters[Counter.flows_new], counters[Counter.flows_closed]);
  return { messages, anomalies };
}
