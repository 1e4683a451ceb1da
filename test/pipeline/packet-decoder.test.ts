/** Decoders over real captures: every packet is accounted for, however many decoders share the packets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newTextLines } from '../../src/lines/text-lines.js';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { type DecodeOptions, PacketDecoder } from '../../src/pipeline/decode/packet-decoder.js';
import { Counter, type CounterRow } from '../../src/records/counters.js';
import { type CaptureRecords, captureNames, captureRecords } from '../helpers/captures.js';
import { FEW_FLOWS, PROTOCOL_OPTIONS, SELECT_ALL } from '../helpers/connection.js';

const OPTIONS: DecodeOptions = {
  shard: 0,
  shards: 1,
  ...PROTOCOL_OPTIONS,
  select: SELECT_ALL,
  view: 'messages',
  detail: 'full',
  payloadBytes: 16,
  maxLine: 16384,
  snaplen: 262144,
  tunnels: 0,
  limits: FEW_FLOWS,
  numbered: true,
};

const IGNORED = Object.keys(Counter).filter((name) =>
  /^packets_ignored_by_(?!filter)/.test(name),
) as (keyof typeof Counter)[];

interface Decoded {
  lines: string[];
  counters: CounterRow;
}

function start(capture: CaptureRecords, options: DecodeOptions): Decoded & { decoder: PacketDecoder } {
  const counters = counterRow(createCounters(1), 0);
  const lines: string[] = [];
  return {
    lines,
    counters,
    decoder: new PacketDecoder(options, {
      counters,
      checkpoint: Float64Array.of(capture.linkType, 0),
      lines: newTextLines((line) => lines.push(line)),
    }),
  };
}

function decodeAll(capture: CaptureRecords, options: DecodeOptions): Decoded {
  const { decoder, ...decoded } = start(capture, options);
  for (const run of capture.runs) {
    let last = 0;
    decoder.decodeRecords(run, 0, run.length, (at) => {
      assert.ok(at > last);
      last = at;
    });
    assert.equal(last, run.length);
  }
  decoder.end();
  return decoded;
}

const of = (counters: CounterRow, ...names: (keyof typeof Counter)[]) =>
  names.reduce((all, name) => all + counters[Counter[name]], 0);

/** Checks what one or more decoders counted of one capture. */
function account(capture: CaptureRecords, parts: readonly Decoded[]): void {
  let mine = 0;
  for (const { counters, lines } of parts) {
    const own = of(counters, 'packets_decoded', ...IGNORED, 'abandoned');
    assert.equal(of(counters, 'walked'), capture.packets);
    assert.equal(own + of(counters, 'other_decoder'), capture.packets);
    assert.equal(of(counters, 'decoder_lines'), lines.length);
    assert.equal(of(counters, 'flows_new'), of(counters, 'flows_closed'));
    assert.equal(of(counters, 'flows_open'), 0);
    mine += own;
  }
  assert.equal(mine, capture.packets);
}

for (const name of captureNames()) {
  const capture = await captureRecords(name);
  let decodedByOne: Decoded | undefined;
  const decodeByOne = () => {
    decodedByOne ??= decodeAll(capture, OPTIONS);
    return decodedByOne;
  };

  test(`${name}: one decoder accounts for each packet once`, () => account(capture, [decodeByOne()]));

  for (const shards of [2, 3]) {
    test(`${name}: ${shards} decoders account for each packet once and write the same lines`, () => {
      const parts = Array.from({ length: shards }, (_, shard) =>
        decodeAll(capture, { ...OPTIONS, shard, shards }),
      );
      account(capture, parts);
      const alone = decodeByOne();
      assert.deepEqual(parts.flatMap((part) => part.lines).sort(), alone.lines.toSorted());
      for (const counter of Object.keys(Counter) as (keyof typeof Counter)[]) {
        if (counter === 'walked' || counter === 'other_decoder') continue;
        assert.equal(
          parts.reduce((all, part) => all + of(part.counters, counter), 0),
          of(alone.counters, counter),
          counter,
        );
      }
    });
  }

  for (const snaplen of [0, 20, 60, 68, 100]) {
    test(`${name}: packets cut to ${snaplen} bytes are accounted for`, () => {
      const decoded = decodeAll(capture, { ...OPTIONS, snaplen });
      account(capture, [decoded]);
      for (const line of decoded.lines) JSON.parse(line);
      if (snaplen < 40) assert.equal(of(decoded.counters, 'packets_decoded'), 0);
    });
  }

  test(`${name}: packets can be abandoned from any record on`, () => {
    for (const shards of [1, 2]) {
      const parts = Array.from({ length: shards }, (_, shard) => {
        const { decoder, ...decoded } = start(capture, { ...OPTIONS, shard, shards });
        for (const run of capture.runs) {
          const ends: number[] = [];
          decoder.decodeRecords(run, 0, 0, () => {});
          for (let at = 0; at < run.length; ) {
            at += 16 + new DataView(run.buffer, run.byteOffset).getUint32(at + 8, true);
            ends.push(at);
          }
          const middle = ends[Math.floor(ends.length / 2)];
          decoder.decodeRecords(run, 0, middle, () => {});
          decoder.abandon(run, middle, run.length);
        }
        decoder.end();
        return decoded;
      });
      account(capture, parts);
      const abandoned = parts.reduce((all, part) => all + of(part.counters, 'abandoned'), 0);
      assert.ok(abandoned > 0 && abandoned < capture.packets);
    }
  });
}

test('an exception in a protocol ends the decoding of its connection only', async () => {
  const capture = await captureRecords('gm-basic');
  const whole = decodeAll(capture, OPTIONS);
  let opened = 0;
  const decoded = decodeAll(capture, {
    ...OPTIONS,
    // Asked for once with each connection.
    get payloadBytes(): number {
      if (++opened === 3) throw new Error('a protocol decoder failed');
      return 16;
    },
  });
  assert.ok(opened > 3);
  account(capture, [decoded]);
  assert.equal(of(decoded.counters, 'faults_decoder'), 1);
  assert.ok(of(decoded.counters, 'packets_ignored_by_unknown_protocol') > 0);
  const faults = decoded.lines.filter((line) => line.includes('"decoder_fault"'));
  assert.equal(faults.length, 1);
  const fault = JSON.parse(faults[0]);
  assert.equal(fault.log.level, 'error');
  assert.match(fault.message, /a protocol decoder failed/);
  const lost = whole.lines.filter((line) => !decoded.lines.includes(line));
  const connections = new Set(lost.map((line) => JSON.parse(line).network.community_id));
  assert.deepEqual([...connections], [fault.network.community_id]);
  assert.equal(decoded.lines.length, whole.lines.length - lost.length + 1);
});
