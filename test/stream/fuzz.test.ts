/** Random segments: nothing throws, decoders are called as agreed, and what is buffered is bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { type Headers, newHeaders } from '../../src/packet/headers.js';
import { newServiceClassifier } from '../../src/packet/service.js';
import type { FlowDecoder } from '../../src/protocols/protocol.js';
import { Counter } from '../../src/records/counters.js';
import type { Flow } from '../../src/stream/connection.js';
import { DEFAULT_LIMITS, type StreamLimits } from '../../src/stream/limits.js';
import { Reassembler } from '../../src/stream/reassembler.js';
import { SERVICE_PORTS } from '../helpers/connection.js';
import { newRandom, type Random } from '../helpers/random.js';
import { ACK, bufferedBytes, checked, FIN, newStream, RST, SYN, ToClient, ToServer } from './harness.js';

const LIMITS: StreamLimits = {
  ...DEFAULT_LIMITS,
  flows: 20,
  queuedBytes: 3000,
  queuedSegments: 20,
  totalBytes: 20000,
  unconsumedBytes: 2000,
  gapPackets: 8,
};

/** Leaves bytes unconsumed, consumes, skips and throws at random. */
function newRandomDecoder(random: Random, flow: Flow, throwing: number): FlowDecoder {
  const maybeThrow = () => {
    if (random.chance(throwing)) throw new Error('random fault');
  };
  return checked({
    data(_dir, _buf, start, end) {
      maybeThrow();
      if (random.chance(0.01)) flow.ignored = true;
      if (flow.ignored) return end;
      if (random.chance(0.3)) return start;
      if (random.chance(0.3)) return random.between(start, end);
      if (random.chance(0.3)) return end + random.below(random.chance(0.1) ? 2 ** 32 : 3000);
      return end;
    },
    gap: maybeThrow,
    close: maybeThrow,
  });
}

const FLAG_SETS = [
  ACK,
  ACK,
  ACK,
  ACK,
  ACK,
  ACK,
  SYN,
  SYN | ACK,
  FIN | ACK,
  RST,
  RST | ACK,
  0,
  SYN | FIN,
  0xff,
];

function fill(h: Headers, random: Random, bases: readonly number[], bytes: Uint8Array): void {
  const client = random.below(30);
  const toServer = random.chance(0.5);
  h.ipVersion = random.chance(0.9) ? 4 : 6;
  h.src3 = toServer ? 1 : 2;
  h.dst3 = toServer ? 2 : 1;
  h.srcPort = toServer ? 40000 + client : 4730;
  h.dstPort = toServer ? 4730 : 40000 + client;
  const near = () => (bases[client] + random.below(random.chance(0.9) ? 5000 : 2 ** 32)) >>> 0;
  h.seq = near();
  h.ack = near();
  h.flags = random.pick(FLAG_SETS);
  h.payloadStart = random.below(100);
  const captured = random.chance(0.3) ? 0 : random.below(bytes.length - h.payloadStart);
  h.payloadEnd = h.payloadStart + captured;
  h.payloadLength = random.chance(0.9) ? captured : captured + random.below(70000);
}

for (const throwing of [0, 0.02]) {
  test(`random segments never throw, and buffers stay within their limits (decoders throw: ${throwing})`, () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = newRandom(seed + throwing * 1e6);
      const counters = counterRow(createCounters(1), 0);
      let flows: Flow[] = [];
      let faults = 0;
      const reassembler = new Reassembler(LIMITS, counters, {
        openFlow(flow) {
          flow.decoder = newRandomDecoder(random, flow, throwing);
          flow.observer = {
            onGap: (_dir, missing) => assert.ok(missing > 0),
            onAsymmetric() {},
            onDifferingRetransmission: (_dir, bytes) => assert.ok(bytes > 0),
            onDecoderFault(error) {
              faults++;
              assert.equal((error as Error).message, 'random fault');
            },
          };
          flows.push(flow);
        },
        isToService: newServiceClassifier(SERVICE_PORTS),
        suspendFlow: () => undefined,
      });
      const h = newHeaders();
      const bytes = random.bytes(1600);
      const bases = Array.from({ length: 30 }, () => random.below(2 ** 32));
      const at = { seconds: 1e9, nanoseconds: 0, packet: 0 };
      for (let i = 0; i < 3000; i++) {
        fill(h, random, bases, bytes);
        at.seconds += random.chance(0.01) ? random.between(-5, 100) : 0;
        at.packet++;
        reassembler.processPacket(h, bytes, at);
        flows = flows.filter((flow) => !flow.closed || bufferedBytes(flow) > 0);
        const buffered = flows.reduce((sum, flow) => sum + bufferedBytes(flow), 0);
        assert.ok(buffered <= LIMITS.totalBytes, `seed ${seed}, packet ${i}: ${buffered} bytes buffered`);
        for (const { halves } of flows) {
          for (const half of halves) {
            assert.ok(half.queuedBytes <= LIMITS.queuedBytes && half.queuedSegments <= LIMITS.queuedSegments);
            assert.ok(half.unconsumedLength <= LIMITS.unconsumedBytes);
          }
        }
        assert.ok(counters[Counter.flows_open] >= 0 && counters[Counter.flows_open] <= LIMITS.flows);
      }
      reassembler.closeAll(at);
      assert.equal(counters[Counter.flows_open], 0);
      assert.equal(counters[Counter.flows_new], counters[Counter.flows_closed]);
      assert.equal(counters[Counter.faults_decoder], faults);
      assert.ok(flows.every((flow) => flow.closed && bufferedBytes(flow) === 0));
    }
  });
}

test('the memory accounting is exact after any history', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = newRandom(seed);
    let isRandom = true;
    const stream = newStream({ ...LIMITS, flows: 100, segmentCost: 0 }, (flow) => {
      const decoder = newRandomDecoder(random, flow, 0.01);
      return isRandom ? decoder : { data: (_dir, _buf, _start, end) => end, gap() {}, close() {} };
    });
    for (let i = 0; i < 2000; i++) {
      stream.send(random.chance(0.5) ? ToServer : ToClient, {
        clientPort: 40000 + random.below(150),
        seq: random.below(4000),
        ack: random.below(4000),
        flags: random.pick(FLAG_SETS),
        data: random.bytes(random.below(200)),
      });
    }
    stream.end();
    assert.equal(stream.buffered(), 0);
    // Up to the cap nothing is dropped, so the account was at zero. One byte more exceeds it, so it was not below.
    isRandom = false;
    const before = stream.counters[Counter.streams_gaps];
    const fillUp = (clientPort: number, bytes: number) => {
      stream.send(ToServer, { clientPort, seq: 1000, flags: SYN });
      stream.send(ToServer, { clientPort, seq: 1100, data: 'x'.repeat(bytes) });
    };
    for (let i = 0; i < 10; i++) fillUp(50000 + i, LIMITS.totalBytes / 10);
    assert.equal(stream.counters[Counter.streams_gaps], before, `seed ${seed}`);
    assert.equal(stream.buffered(), LIMITS.totalBytes);
    fillUp(50010, 1);
    assert.ok(stream.counters[Counter.streams_gaps] > before, `seed ${seed}`);
  }
});
