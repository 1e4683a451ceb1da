/** The beginning and the end of connections. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FlowDecoder } from '../../src/protocols/protocol.js';
import { ACK, consuming, FIN, newStream, RST, SYN, ToClient, ToServer } from './harness.js';

describe('the end by FIN', () => {
  it('ends the connection when both directions have ended', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'bye', flags: ACK | FIN, ack: 5001 });
    assert.equal(stream.flows[0].closed(), undefined);
    // The other direction is open still.
    stream.send(ToClient, { seq: 5001, data: 'late ', ack: 1005 });
    stream.send(ToClient, { seq: 5006, data: 'answer', ack: 1005 });
    assert.equal(stream.reassembler.open(), 1);
    stream.send(ToClient, { seq: 5012, flags: ACK | FIN, ack: 1005 });
    assert.equal(stream.flows[0].closed(), 'fin');
    stream.send(ToServer, { seq: 1005, ack: 5013 });
    assert.deepEqual(stream.flows[0].of(ToClient), ['late answer']);
    assert.deepEqual(stream.flows[0].of(ToServer), ['bye']);
    assert.equal(stream.flows.length, 1);
    assert.equal(stream.counters.flowsClosed, 1);
    assert.equal(stream.reassembler.open(), 0);
  });

  it('waits for the bytes before it', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1001 });
    stream.send(ToServer, { seq: 1007, flags: ACK | FIN, ack: 5002 });
    assert.equal(stream.flows[0].closed(), undefined);
    stream.send(ToServer, { seq: 1004, data: 'def', ack: 5002 });
    assert.equal(stream.flows[0].closed(), undefined);
    stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5002 });
    assert.equal(stream.flows[0].closed(), 'fin');
    assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
  });

  it('repeated, it ends nothing twice', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    for (let i = 0; i < 3; i++) stream.send(ToServer, { seq: 1001, flags: ACK | FIN, ack: 5001 });
    assert.equal(stream.flows[0].closed(), undefined);
    for (let i = 0; i < 3; i++) stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1002 });
    assert.equal(stream.flows[0].events.filter((event) => event.kind === 'close').length, 1);
    assert.equal(stream.flows.length, 1);
    assert.equal(stream.counters.flowsClosed, 1);
  });

  it('tells of lost bytes once both ends have acknowledged it', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
    stream.send(ToServer, { seq: 1010, data: 'jkl', ack: 5001 });
    stream.send(ToServer, { seq: 1013, flags: ACK | FIN, ack: 5001 });
    stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1014 });
    assert.equal(stream.flows[0].closed(), undefined);
    stream.send(ToServer, { seq: 1014, ack: 5002 });
    assert.equal(stream.flows[0].closed(), 'fin');
    assert.deepEqual(stream.flows[0].of(ToServer), [
      'abc',
      { missing: 6, reason: 'lost', skipping: false },
      'jkl',
    ]);
    assert.equal(stream.counters.gapBytes, 6);
  });

  it('tells of lost bytes right before it', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToClient, { seq: 5001, data: 'xy', ack: 1001 });
    stream.send(ToClient, { seq: 5010, flags: ACK | FIN, ack: 1001 });
    stream.send(ToServer, { seq: 1001, flags: ACK | FIN, ack: 5011 });
    stream.send(ToClient, { seq: 5011, ack: 1002 });
    assert.equal(stream.flows[0].closed(), 'fin');
    assert.deepEqual(stream.flows[0].of(ToClient), ['xy', { missing: 7, reason: 'lost', skipping: false }]);
    assert.equal(stream.counters.gaps, 1);
    assert.ok(stream.flows[0].events.some((event) => event.kind === 'watched' && event.missing === 7));
  });

  it('without the rest of the capture, what waits is shown at the end', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1004, data: 'def', flags: ACK | FIN, ack: 5001 });
    stream.end();
    assert.deepEqual(stream.flows[0].of(ToServer), [{ missing: 3, reason: 'lost', skipping: false }, 'def']);
    assert.equal(stream.flows[0].closed(), 'end');
  });
});

describe('the end by RST', () => {
  it('shows what waits, then ends', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1003, data: 'cd' });
    stream.send(ToClient, { seq: 5001, flags: RST | ACK, ack: 1001 });
    const [flow] = stream.flows;
    assert.deepEqual(flow.of(ToServer), [{ missing: 2, reason: 'lost', skipping: false }, 'cd']);
    assert.equal(flow.closed(), 'rst');
    assert.equal(stream.waiting(), 0);
  });

  it('takes the data that it carries', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'last', flags: RST | ACK, ack: 5001 });
    assert.deepEqual(stream.flows[0].of(ToServer), ['last']);
    assert.equal(stream.flows[0].closed(), 'rst');
  });

  it('of a refused connection ends it; the next attempt is a new one', () => {
    const stream = newStream();
    for (let i = 0; i < 3; i++) {
      stream.send(ToServer, { seq: 1000, flags: SYN });
      stream.send(ToClient, { seq: 0, flags: RST | ACK, ack: 1001 });
    }
    assert.equal(stream.flows.length, 3);
    assert.ok(stream.flows.every((flow) => flow.closed() === 'rst'));
    assert.equal(stream.reassembler.open(), 0);
  });

  it('that nobody believed: what follows is a connection joined in the middle', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
    stream.send(ToClient, { seq: 5001, flags: RST });
    // A retransmission opens nothing; the next byte does.
    stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
    stream.send(ToClient, { seq: 5001, ack: 1004 });
    assert.equal(stream.flows.length, 1);
    stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
    stream.send(ToClient, { seq: 5001, data: 'xyz', ack: 1007 });
    assert.equal(stream.flows.length, 2);
    assert.equal(stream.flows[1].flow.fromStart, false);
    assert.deepEqual(stream.flows[1].of(ToServer), ['def']);
    assert.deepEqual(stream.flows[1].of(ToClient), ['xyz']);
  });
});

describe('the same endpoints again', () => {
  it('by a new SYN, while the old connection is open', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'old' });
    stream.send(ToServer, { seq: 1010, data: 'waits' });
    stream.handshake(777000, 888000);
    stream.send(ToServer, { seq: 777001, data: 'new' });
    stream.send(ToClient, { seq: 888001, data: 'answer' });
    assert.equal(stream.flows.length, 2);
    assert.equal(stream.flows[0].closed(), 'reused');
    assert.deepEqual(stream.flows[0].of(ToServer), [
      'old',
      { missing: 6, reason: 'lost', skipping: false },
      'waits',
    ]);
    assert.deepEqual(stream.flows[1].of(ToServer), ['new']);
    assert.deepEqual(stream.flows[1].of(ToClient), ['answer']);
    assert.equal(stream.reassembler.open(), 1);
  });

  it('by a new SYN after the end', () => {
    const stream = newStream();
    for (const isn of [1000, 9000, 4_000_000_000, 1000]) {
      stream.handshake(isn, isn);
      stream.send(ToServer, { seq: isn + 1, data: 'data', flags: ACK | FIN, ack: isn + 1 });
      stream.send(ToClient, { seq: isn + 1, flags: ACK | FIN, ack: isn + 6 });
      stream.send(ToServer, { seq: isn + 6, ack: isn + 2 });
    }
    assert.equal(stream.flows.length, 4);
    assert.ok(stream.flows.every((flow) => flow.closed() === 'fin' && flow.flow.fromStart));
    assert.ok(stream.flows.every((flow) => flow.of(ToServer)[0] === 'data'));
  });

  it('by data from elsewhere in sequence space after the end', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, flags: ACK | FIN, ack: 5001 });
    stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1002 });
    stream.send(ToServer, { seq: 3_000_000_000, data: 'new', ack: 42 });
    assert.equal(stream.flows.length, 2);
    assert.equal(stream.flows[1].flow.fromStart, false);
    assert.deepEqual(stream.flows[1].of(ToServer), ['new']);
    assert.equal(stream.counters.flowsMidstream, 1);
  });

  it('not by the last packets of the old connection', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToServer, { seq: 1001, data: 'abc', flags: ACK | FIN, ack: 5001 });
    stream.send(ToClient, { seq: 5001, flags: ACK | FIN, ack: 1005 });
    stream.send(ToServer, { seq: 1001, data: 'abc', flags: ACK | FIN, ack: 5001 });
    stream.send(ToServer, { seq: 1005, ack: 5002 });
    stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
    assert.equal(stream.flows.length, 1);
  });

  it('not by a repeated SYN or SYN-ACK', () => {
    const stream = newStream();
    for (let i = 0; i < 3; i++) stream.send(ToServer, { seq: 1000, flags: SYN });
    for (let i = 0; i < 3; i++) stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
    stream.send(ToServer, { seq: 1001, data: 'abc' });
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToServer, { seq: 1004, data: 'def' });
    assert.equal(stream.flows.length, 1);
    assert.deepEqual(stream.flows[0].of(ToServer), ['abcdef']);
  });

  it('by a SYN-ACK whose SYN was not seen', () => {
    const stream = newStream();
    stream.handshake(1000, 5000);
    stream.send(ToClient, { seq: 5001, data: 'old' });
    stream.send(ToClient, { seq: 3_000_000_000, flags: SYN | ACK, ack: 2_000_000_001 });
    stream.send(ToServer, { seq: 2_000_000_001, data: 'ask' });
    stream.send(ToClient, { seq: 3_000_000_001, data: 'new' });
    assert.equal(stream.flows.length, 2);
    assert.equal(stream.flows[0].closed(), 'reused');
    assert.deepEqual(stream.flows[1].of(ToServer), ['ask']);
    assert.deepEqual(stream.flows[1].of(ToClient), ['new']);
  });

  it('by a SYN after a connection that was joined while only its server sent', () => {
    const stream = newStream();
    stream.send(ToClient, { seq: 70, data: 'old' });
    stream.send(ToServer, { seq: 5, ack: 73 });
    stream.handshake(9000, 8000);
    stream.send(ToClient, { seq: 8001, data: 'new' });
    assert.equal(stream.flows.length, 2);
    assert.deepEqual(stream.flows[1].of(ToClient), ['new']);
  });

  it('with the roles exchanged', () => {
    const stream = newStream();
    const ports = { clientPort: 50000, serverPort: 60000 };
    stream.send(ToServer, { ...ports, seq: 1, flags: SYN });
    stream.send(ToClient, { ...ports, seq: 9, flags: RST | ACK, ack: 2 });
    stream.send(ToClient, { ...ports, seq: 100, flags: SYN });
    stream.send(ToServer, { ...ports, seq: 200, flags: SYN | ACK, ack: 101 });
    stream.send(ToClient, { ...ports, seq: 101, data: 'ask' });
    assert.equal(stream.flows.length, 2);
    // The port that listens is the other one now, and what it is sent goes to the server.
    assert.equal(stream.flows[1].flow.serverPort, 50000);
    assert.deepEqual(stream.flows[1].of(ToServer), ['ask']);
  });
});

describe('a beginning that was not seen', () => {
  it('joins in the middle, with each direction at its first bytes', () => {
    const stream = newStream();
    stream.send(ToClient, { seq: 70, data: 'answer', ack: 30 });
    stream.send(ToServer, { seq: 30, data: 'ask', ack: 76 });
    stream.send(ToServer, { seq: 33, data: ' again', ack: 76 });
    const [flow] = stream.flows;
    assert.equal(flow.flow.fromStart, false);
    assert.equal(flow.flow.serverPort, 4730);
    assert.deepEqual(flow.of(ToServer), ['ask again']);
    assert.deepEqual(flow.of(ToClient), ['answer']);
    assert.equal(stream.counters.flowsMidstream, 1);
    assert.equal(stream.counters.gaps, 0);
  });

  it('starts at the SYN-ACK, which tells where both directions start', () => {
    const stream = newStream();
    stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
    stream.send(ToServer, { seq: 1004, data: 'def', ack: 5001 });
    stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
    stream.send(ToClient, { seq: 5001, data: 'xyz', ack: 1007 });
    const [flow] = stream.flows;
    assert.equal(flow.flow.fromStart, true);
    assert.equal(flow.flow.serverPort, 4730);
    assert.deepEqual(flow.of(ToServer), ['abcdef']);
    assert.deepEqual(flow.of(ToClient), ['xyz']);
  });

  it('takes a SYN that comes behind its SYN-ACK', () => {
    const stream = newStream();
    stream.send(ToClient, { seq: 5000, flags: SYN | ACK, ack: 1001 });
    stream.send(ToServer, { seq: 1000, flags: SYN });
    stream.send(ToServer, { seq: 1001, data: 'abc', ack: 5001 });
    assert.equal(stream.flows.length, 1);
    assert.deepEqual(stream.flows[0].of(ToServer), ['abc']);
  });

  it('of which only a FIN is seen ends', () => {
    const stream = newStream();
    stream.send(ToServer, { seq: 30, flags: FIN | ACK, ack: 70 });
    stream.send(ToClient, { seq: 70, flags: FIN | ACK, ack: 31 });
    assert.equal(stream.flows[0].closed(), 'fin');
    assert.equal(stream.counters.gaps, 0);
  });
});

describe('the number of connections', () => {
  it('is bounded: the least recently used goes, and is counted', () => {
    const stream = newStream({ flows: 8 });
    for (let i = 0; i < 8; i++) stream.send(ToServer, { clientPort: 40000 + i, seq: 1, data: `hello ${i}` });
    // All but the third are used again.
    for (const i of [0, 1, 3, 4, 5, 6, 7])
      stream.send(ToServer, { clientPort: 40000 + i, seq: 8, data: '!' });
    assert.equal(stream.counters.flowsEvicted, 0);
    stream.send(ToServer, { clientPort: 50000, seq: 1, data: 'new' });
    assert.equal(stream.counters.flowsEvicted, 1);
    assert.deepEqual(
      stream.flows.map((flow) => flow.closed()),
      [undefined, undefined, 'evicted', undefined, undefined, undefined, undefined, undefined, undefined],
    );
    for (let i = 0; i < 8; i++) stream.send(ToServer, { clientPort: 51000 + i, seq: 1, data: 'x' });
    assert.equal(stream.counters.flowsEvicted, 9);
    assert.equal(stream.reassembler.open(), 8);
    stream.end();
    assert.equal(stream.reassembler.open(), 0);
    assert.equal(stream.counters.flowsNew, stream.counters.flowsClosed);
  });

  it('does not count connections that have ended as evicted', () => {
    const stream = newStream({ flows: 4 });
    for (let i = 0; i < 50; i++) {
      const clientPort = 40000 + i;
      stream.handshake(1000, 5000, { clientPort });
      stream.send(ToServer, { clientPort, seq: 1001, flags: RST });
    }
    assert.equal(stream.counters.flowsEvicted, 0);
    assert.equal(stream.counters.flowsClosed, 50);
    assert.equal(stream.reassembler.open(), 0);
  });

  it('forgets ended connections after a while, by and by', () => {
    const stream = newStream();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 2000; i++) {
        const clientPort = 20000 + i;
        stream.send(ToServer, { clientPort, seq: 1000 + round, flags: SYN });
        stream.send(ToServer, { clientPort, seq: 1001 + round, data: 'x', flags: RST });
      }
    }
    assert.equal(stream.flows.length, 6000);
    assert.equal(stream.counters.flowsClosed, 6000);
    assert.equal(stream.counters.flowsEvicted, 0);
    assert.equal(stream.reassembler.open(), 0);
    // The newest are remembered: their repetitions open nothing. The oldest are not.
    stream.send(ToServer, { clientPort: 21999, seq: 1003, data: 'x' });
    assert.equal(stream.flows.length, 6000);
    stream.send(ToServer, { clientPort: 20000, seq: 1003, data: 'x' });
    assert.equal(stream.flows.length, 6001);
  });
});

describe('a decoder that throws', () => {
  const failing = (where: keyof FlowDecoder) => {
    const stream = newStream({}, (flow, events) => {
      const good = consuming(flow, events);
      if (flow.clientPort !== 40001) return good;
      return {
        ...good,
        [where]: () => {
          throw new Error(`no ${where}`);
        },
      };
    });
    for (const clientPort of [40000, 40001, 40002]) stream.handshake(1000, 5000, { clientPort });
    return stream;
  };

  for (const where of ['data', 'gap', 'close'] as const) {
    it(`in ${where}(): its connection is ignored, the others go on`, () => {
      const stream = failing(where);
      for (const clientPort of [40000, 40001, 40002]) {
        stream.send(ToServer, { clientPort, seq: 1001, data: 'abc' });
        stream.send(ToServer, { clientPort, seq: 1010, data: 'jkl' });
        stream.send(ToServer, { clientPort, seq: 1013, flags: RST });
      }
      const { flows, counters } = stream;
      assert.equal(counters.decoderFaults, 1);
      const fault = flows[1].events.find((event) => event.kind === 'fault');
      assert.match(String(fault?.kind === 'fault' && fault.error), new RegExp(`no ${where}`));
      for (const i of [0, 2]) {
        assert.deepEqual(flows[i].of(ToServer), [
          'abc',
          { missing: 6, reason: 'lost', skipping: false },
          'jkl',
        ]);
        assert.equal(flows[i].closed(), 'rst');
      }
      assert.equal(stream.waiting(), 0);
      stream.end();
      assert.equal(stream.reassembler.open(), 0);
      assert.equal(counters.flowsNew, counters.flowsClosed);
    });
  }

  it('is not asked again, and its packets are told as ignored', () => {
    const stream = failing('data');
    assert.equal(stream.send(ToServer, { clientPort: 40001, seq: 1001, data: 'abc' }), true);
    for (let i = 0; i < 10; i++) {
      assert.equal(stream.send(ToServer, { clientPort: 40001, seq: 1004 + i, data: 'x' }), false);
      assert.equal(stream.send(ToClient, { clientPort: 40001, seq: 5101 + i, data: 'y' }), false);
    }
    assert.equal(stream.counters.decoderFaults, 1);
    assert.equal(stream.waiting(), 0);
    // Its end is followed, and a new connection is decoded again (by a decoder that fails again).
    stream.send(ToServer, { clientPort: 40001, seq: 1014, flags: FIN | ACK, ack: 5111 });
    stream.send(ToClient, { clientPort: 40001, seq: 5111, flags: FIN | ACK, ack: 1015 });
    assert.equal(stream.reassembler.open(), 2);
    stream.handshake(70000, 80000, { clientPort: 40001 });
    assert.equal(stream.reassembler.open(), 3);
    stream.send(ToServer, { clientPort: 40001, seq: 70001, data: 'abc' });
    assert.equal(stream.counters.decoderFaults, 2);
  });
});
