/** Connections that fall asleep and wake up: nobody notices, and nothing that is under way is forgotten. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { newHeaders } from '../../src/packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../src/packet/tcp.js';
import { type FlowDecoder, IGNORE_FLOW } from '../../src/protocols/protocol.js';
import { Counter } from '../../src/records/counters.js';
import { DEFAULT_LIMITS } from '../../src/stream/limits.js';
import { Reassembler } from '../../src/stream/reassembler.js';

interface Packet {
  seq: number;
  ack?: number;
  flags?: number;
  text?: string;
  ipVersion?: 4 | 6;
  clientPort?: number;
}

/** Two seconds of silence, and connections sleep that may. */
function watch(take: (text: string) => number = (text) => text.length) {
  const counters = counterRow(createCounters(1), 0);
  const said: string[] = [];
  const observer = {
    onGap: () => said.push('gap'),
    onDifferingRetransmission() {},
    onAsymmetric() {},
    onDecoderFault() {},
  };
  const decoder: FlowDecoder = {
    data(dir, bytes, start, end) {
      const text = Buffer.from(bytes.subarray(start, end)).toString();
      said.push(`${dir} ${text}`);
      return start + take(text);
    },
    gap: () => said.push('gap told'),
    close: (reason) => said.push(reason),
  };
  const reassembler = new Reassembler({ ...DEFAULT_LIMITS, flows: 3 }, counters, {
    openFlow(flow, rest) {
      if (rest !== undefined) said.push(`woken ${JSON.stringify(rest)}`);
      flow.decoder = decoder;
      flow.observer = observer;
    },
    isToService: ({ srcPort, dstPort }) => dstPort > srcPort,
    suspendFlow(flow) {
      said.push(`sleeps ${flow.clientPort}`);
      return { port: flow.clientPort };
    },
  });
  const at = { seconds: 1000, nanoseconds: 0, packet: 0 };
  const h = newHeaders();
  const send = (toServer: boolean, packet: Packet) => {
    const { seq, ack = 0, flags = TCP_ACK, text = '', ipVersion = 4, clientPort = 40000 } = packet;
    const bytes = Buffer.from(text);
    const [client, server] = [ipVersion === 4 ? 1 : -5, 2];
    const [from, to] = toServer ? [client, server] : [server, client];
    Object.assign(h, { ipVersion, src0: ipVersion === 6 ? -1 : 0, dst0: ipVersion === 6 ? -1 : 0 });
    Object.assign(h, { src3: from, dst3: to, srcPort: clientPort, dstPort: 65535, seq: seq >>> 0 });
    if (!toServer) Object.assign(h, { srcPort: 65535, dstPort: clientPort });
    Object.assign(h, { ack: ack >>> 0, flags, payloadStart: 0, payloadEnd: bytes.length });
    h.payloadLength = bytes.length;
    return reassembler.processPacket(h, bytes, at);
  };
  return {
    said,
    counters,
    reassembler,
    at,
    send,
    begin(more: Partial<Packet> = {}) {
      send(true, { seq: -2, flags: TCP_SYN, ...more });
      send(false, { seq: 0x7ffffffe, ack: -1, flags: TCP_SYN | TCP_ACK, ...more });
      send(true, { seq: -1, ack: 0x7fffffff, ...more });
    },
    wait(seconds: number) {
      for (let n = 0; n < seconds * 4; n++) {
        at.nanoseconds = (n % 4) * 250_000_000;
        if (n % 4 === 0) at.seconds++;
        reassembler.tick(at);
      }
    },
  };
}

describe('a connection that sleeps', () => {
  it('is woken by its next packet, in its place', () => {
    for (const ipVersion of [4, 6] as const) {
      const { said, begin, send, wait, counters } = watch();
      begin({ ipVersion });
      send(true, { seq: -1, text: 'abc', ipVersion });
      wait(2);
      assert.deepEqual(said.splice(0), ['0 abc']);
      wait(2);
      assert.deepEqual(said.splice(0), ['sleeps 40000']);
      // What came before comes again; then what follows, and the other side.
      send(true, { seq: -1, text: 'abcd', ipVersion });
      send(false, { seq: 0x7fffffff, ack: 3, text: 'x', ipVersion });
      assert.deepEqual(said.splice(0), ['woken {"port":40000}', '0 d', '1 x']);
      assert.equal(counters[Counter.streams_retransmitted_bytes], 3);
      assert.equal(counters[Counter.flows_new], 1);
    }
  });

  it('is awake as long as something comes', () => {
    const { said, begin, send, wait } = watch();
    begin();
    for (let n = 0; n < 20; n++) {
      send(true, { seq: n - 1, text: 'a' });
      wait(1);
    }
    assert.ok(said.every((one) => one === '0 a'));
  });

  it('is awake as long as something waits: out of order, held back, or to be skipped', () => {
    const hole = watch();
    hole.begin();
    hole.send(true, { seq: 5, text: 'late' });
    hole.wait(10);
    assert.deepEqual(hole.said, []);
    hole.send(true, { seq: -1, text: 'abcdef' });
    hole.wait(10);
    assert.deepEqual(hole.said, ['0 abcdef', '0 late', 'sleeps 40000']);

    for (const taken of [0, 5]) {
      const { said, begin, send, wait } = watch(() => taken);
      begin();
      send(true, { seq: -1, text: 'abc' });
      wait(10);
      assert.deepEqual(said, ['0 abc']);
    }
  });

  it('knows its SYN, its end, and a new connection on its endpoints', () => {
    const { said, begin, send, wait, counters } = watch();
    begin();
    wait(4);
    begin();
    assert.equal(counters[Counter.flows_new], 1);
    send(false, { seq: 0x7fffffff, ack: -1, flags: TCP_FIN | TCP_ACK });
    wait(8);
    send(true, { seq: -1, ack: 0x80000000, flags: TCP_FIN | TCP_ACK });
    const asleep = ['sleeps 40000', 'woken {"port":40000}'];
    assert.deepEqual(said.splice(0), [...asleep, ...asleep, 'fin']);
    send(true, { seq: 77, flags: TCP_SYN });
    assert.equal(counters[Counter.flows_new], 2);
    wait(4);
    send(true, { seq: 99, flags: TCP_SYN });
    assert.deepEqual(said, [...asleep, 'reused']);
    assert.equal(counters[Counter.flows_new], 3);
  });

  it('is closed like others: by a reset, when there are too many, and at the end', () => {
    const { said, begin, send, wait, reassembler, at, counters } = watch();
    for (const clientPort of [1, 2, 3]) begin({ clientPort });
    wait(4);
    said.length = 0;
    send(true, { seq: -1, flags: TCP_RST, clientPort: 2 });
    assert.deepEqual(said.splice(0), ['woken {"port":2}', 'rst']);
    begin({ clientPort: 4 });
    assert.deepEqual(said.splice(0), ['woken {"port":1}', 'evicted']);
    assert.equal(counters[Counter.flows_evicted], 1);
    assert.equal(counters[Counter.flows_open], 2);
    reassembler.closeAll(at);
    assert.deepEqual(said, ['woken {"port":3}', 'end', 'end']);
    assert.equal(counters[Counter.flows_open], 0);
  });

  it('stays ignored, and its decoder is not asked for', () => {
    const { said, begin, send, wait, counters } = watch(() => IGNORE_FLOW);
    begin();
    send(true, { seq: -1, text: 'abc' });
    wait(8);
    const fate = send(true, { seq: 2, text: 'def' });
    assert.deepEqual(said, ['0 abc']);
    assert.equal(fate, 1);
    send(true, { seq: 5, flags: TCP_RST });
    assert.equal(counters[Counter.flows_open], 0);
  });
});
