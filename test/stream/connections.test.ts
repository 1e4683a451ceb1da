/** The flow table's bound, and decoders that throw. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlowDecoder } from '../../src/protocols/protocol.js';
import { Counter } from '../../src/records/counters.js';
import { ACK, consuming, FIN, newStream, RST, SYN, ToClient, ToServer } from './harness.js';

test('the least recently used connection is evicted, and counted', () => {
  const stream = newStream({ flows: 8 });
  for (let i = 0; i < 8; i++) stream.send(ToServer, { clientPort: 40000 + i, seq: 1, data: `hello ${i}` });
  // All but the third carry another packet.
  for (const i of [0, 1, 3, 4, 5, 6, 7]) stream.send(ToServer, { clientPort: 40000 + i, seq: 8, data: '!' });
  assert.equal(stream.counters[Counter.flows_evicted], 0);
  stream.send(ToServer, { clientPort: 50000, seq: 1, data: 'new' });
  assert.equal(stream.counters[Counter.flows_evicted], 1);
  assert.deepEqual(
    stream.flows.map((flow) => flow.closed()),
    [undefined, undefined, 'evicted', undefined, undefined, undefined, undefined, undefined, undefined],
  );
  for (let i = 0; i < 8; i++) stream.send(ToServer, { clientPort: 51000 + i, seq: 1, data: 'x' });
  assert.equal(stream.counters[Counter.flows_evicted], 9);
  assert.equal(stream.counters[Counter.flows_open], 8);
  stream.end();
  assert.equal(stream.counters[Counter.flows_open], 0);
  assert.equal(stream.counters[Counter.flows_new], stream.counters[Counter.flows_closed]);
});

test('closed connections do not count as evicted', () => {
  const stream = newStream({ flows: 4 });
  for (let i = 0; i < 50; i++) {
    const clientPort = 40000 + i;
    stream.handshake(1000, 5000, { clientPort });
    stream.send(ToServer, { clientPort, seq: 1001, flags: RST });
  }
  assert.equal(stream.counters[Counter.flows_evicted], 0);
  assert.equal(stream.counters[Counter.flows_closed], 50);
  assert.equal(stream.counters[Counter.flows_open], 0);
});

test('closed connections are removed after a while', () => {
  const stream = newStream();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 2000; i++) {
      const clientPort = 20000 + i;
      stream.send(ToServer, { clientPort, seq: 1000 + round, flags: SYN });
      stream.send(ToServer, { clientPort, seq: 1001 + round, data: 'x', flags: RST });
    }
  }
  assert.equal(stream.flows.length, 6000);
  assert.equal(stream.counters[Counter.flows_closed], 6000);
  assert.equal(stream.counters[Counter.flows_evicted], 0);
  assert.equal(stream.counters[Counter.flows_open], 0);
  // The newest are kept: their retransmissions open nothing. The oldest are not.
  stream.send(ToServer, { clientPort: 21999, seq: 1003, data: 'x' });
  assert.equal(stream.flows.length, 6000);
  stream.send(ToServer, { clientPort: 20000, seq: 1003, data: 'x' });
  assert.equal(stream.flows.length, 6001);
});

const newFailingStream = (method: keyof FlowDecoder) => {
  const stream = newStream({}, (flow, events) => {
    const good = consuming(flow, events);
    if (flow.clientPort !== 40001) return good;
    return {
      ...good,
      [method]: () => {
        throw new Error(`no ${method}`);
      },
    };
  });
  for (const clientPort of [40000, 40001, 40002]) stream.handshake(1000, 5000, { clientPort });
  return stream;
};

for (const method of ['data', 'gap', 'close'] as const) {
  test(`the connection of a decoder that throws in ${method}() is ignored, the others continue`, () => {
    const stream = newFailingStream(method);
    for (const clientPort of [40000, 40001, 40002]) {
      stream.send(ToServer, { clientPort, seq: 1001, data: 'abc' });
      stream.send(ToServer, { clientPort, seq: 1010, data: 'jkl' });
      stream.send(ToServer, { clientPort, seq: 1013, flags: RST });
    }
    const { flows, counters } = stream;
    assert.equal(counters[Counter.faults_decoder], 1);
    const fault = flows[1].events.find((event) => event.kind === 'fault');
    assert.match(String(fault?.kind === 'fault' && fault.error), new RegExp(`no ${method}`));
    for (const i of [0, 2]) {
      assert.deepEqual(flows[i].of(ToServer), [
        'abc',
        { missing: 6, reason: 'lost', skipping: false },
        'jkl',
      ]);
      assert.equal(flows[i].closed(), 'rst');
    }
    assert.equal(stream.buffered(), 0);
    stream.end();
    assert.equal(stream.counters[Counter.flows_open], 0);
    assert.equal(counters[Counter.flows_new], counters[Counter.flows_closed]);
  });
}

test('a failed decoder is not called again, and its packets count as ignored', () => {
  const stream = newFailingStream('data');
  assert.equal(stream.send(ToServer, { clientPort: 40001, seq: 1001, data: 'abc' }), true);
  for (let i = 0; i < 10; i++) {
    assert.equal(stream.send(ToServer, { clientPort: 40001, seq: 1004 + i, data: 'x' }), false);
    assert.equal(stream.send(ToClient, { clientPort: 40001, seq: 5101 + i, data: 'y' }), false);
  }
  assert.equal(stream.counters[Counter.faults_decoder], 1);
  assert.equal(stream.buffered(), 0);
  // Its end is followed, and a new connection is decoded again, by a decoder that fails again.
  stream.send(ToServer, { clientPort: 40001, seq: 1014, flags: FIN | ACK, ack: 5111 });
  stream.send(ToClient, { clientPort: 40001, seq: 5111, flags: FIN | ACK, ack: 1015 });
  assert.equal(stream.counters[Counter.flows_open], 2);
  stream.handshake(70000, 80000, { clientPort: 40001 });
  assert.equal(stream.counters[Counter.flows_open], 3);
  stream.send(ToServer, { clientPort: 40001, seq: 70001, data: 'abc' });
  assert.equal(stream.counters[Counter.faults_decoder], 2);
});
