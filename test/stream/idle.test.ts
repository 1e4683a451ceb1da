/** Idle connections are suspended and restored, which changes no output; connections with pending work are not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterRow, createCounters } from '../../src/observe/counters.js';
import { type Headers, newHeaders } from '../../src/packet/headers.js';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../src/packet/tcp.js';
import { type FlowDecoder, IGNORE_FLOW } from '../../src/protocols/protocol.js';
import { Counter } from '../../src/records/counters.js';
import type { FlowObserver } from '../../src/stream/connection.js';
import { DEFAULT_LIMITS } from '../../src/stream/limits.js';
import { Reassembler, Verdict } from '../../src/stream/reassembler.js';

interface Packet {
  seq: number;
  ack?: number;
  flags?: number;
  text?: string;
  ipVersion?: 4 | 6;
  clientPort?: number;
}

function fillHeaders(h: Headers, toServer: boolean, packet: Packet, length: number): void {
  const { seq, ack = 0, flags = TCP_ACK, ipVersion = 4, clientPort = 40000 } = packet;
  const [client, server] = [ipVersion === 4 ? 1 : -5, 2];
  h.ipVersion = ipVersion;
  h.src0 = h.dst0 = ipVersion === 6 ? -1 : 0;
  h.src3 = toServer ? client : server;
  h.dst3 = toServer ? server : client;
  h.srcPort = toServer ? clientPort : 65535;
  h.dstPort = toServer ? 65535 : clientPort;
  h.seq = seq >>> 0;
  h.ack = ack >>> 0;
  h.flags = flags;
  h.payloadStart = 0;
  h.payloadEnd = length;
  h.payloadLength = length;
}

/** Records data, gaps, ends, suspensions and restorations. Connections are suspended after two idle seconds. */
function newIdleStream(consume: (text: string) => number = (text) => text.length) {
  const counters = counterRow(createCounters(1), 0);
  const events: string[] = [];
  const observer: FlowObserver = {
    onGap: () => events.push('observed gap'),
    onDifferingRetransmission() {},
    onAsymmetric() {},
    onDecoderFault() {},
  };
  const decoder: FlowDecoder = {
    data(dir, bytes, start, end) {
      const text = Buffer.from(bytes.subarray(start, end)).toString();
      events.push(`${dir} ${text}`);
      return start + consume(text);
    },
    gap: () => events.push('gap'),
    close: (reason) => events.push(reason),
  };
  const reassembler = new Reassembler({ ...DEFAULT_LIMITS, flows: 3 }, counters, {
    openFlow(flow, suspended) {
      if (suspended !== undefined) events.push(`restored ${JSON.stringify(suspended)}`);
      flow.decoder = decoder;
      flow.observer = observer;
    },
    isToService: ({ srcPort, dstPort }) => dstPort > srcPort,
    suspendFlow(flow) {
      events.push(`suspended ${flow.clientPort}`);
      return { port: flow.clientPort };
    },
  });
  const at = { seconds: 1000, nanoseconds: 0, packet: 0 };
  const h = newHeaders();
  const send = (toServer: boolean, packet: Packet) => {
    const bytes = Buffer.from(packet.text ?? '');
    fillHeaders(h, toServer, packet, bytes.length);
    return reassembler.processPacket(h, bytes, at);
  };
  return {
    events,
    counters,
    reassembler,
    at,
    send,
    handshake(more: Partial<Packet> = {}) {
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

test('a suspended connection is restored by its next packet, with its sequence state', () => {
  for (const ipVersion of [4, 6] as const) {
    const { events, handshake, send, wait, counters } = newIdleStream();
    handshake({ ipVersion });
    send(true, { seq: -1, text: 'abc', ipVersion });
    wait(2);
    assert.deepEqual(events.splice(0), ['0 abc']);
    wait(2);
    assert.deepEqual(events.splice(0), ['suspended 40000']);
    // A retransmission with a new byte, then data of the other side.
    send(true, { seq: -1, text: 'abcd', ipVersion });
    send(false, { seq: 0x7fffffff, ack: 3, text: 'x', ipVersion });
    assert.deepEqual(events.splice(0), ['restored {"port":40000}', '0 d', '1 x']);
    assert.equal(counters[Counter.streams_retransmitted_bytes], 3);
    assert.equal(counters[Counter.flows_new], 1);
  }
});

test('a connection is active as long as packets come', () => {
  const { events, handshake, send, wait } = newIdleStream();
  handshake();
  for (let n = 0; n < 20; n++) {
    send(true, { seq: n - 1, text: 'a' });
    wait(1);
  }
  assert.ok(events.every((event) => event === '0 a'));
});

test('a connection with queued, unconsumed or skipped bytes is not suspended', () => {
  const { events, handshake, send, wait } = newIdleStream();
  handshake();
  send(true, { seq: 5, text: 'late' });
  wait(10);
  assert.deepEqual(events, []);
  send(true, { seq: -1, text: 'abcdef' });
  wait(10);
  assert.deepEqual(events, ['0 abcdef', '0 late', 'suspended 40000']);

  for (const consumed of [0, 5]) {
    const stream = newIdleStream(() => consumed);
    stream.handshake();
    stream.send(true, { seq: -1, text: 'abc' });
    stream.wait(10);
    assert.deepEqual(stream.events, ['0 abc']);
  }
});

test('a suspended connection keeps its SYN, its end, and the port reuse check', () => {
  const { events, handshake, send, wait, counters } = newIdleStream();
  handshake();
  wait(4);
  handshake();
  assert.equal(counters[Counter.flows_new], 1);
  send(false, { seq: 0x7fffffff, ack: -1, flags: TCP_FIN | TCP_ACK });
  wait(8);
  send(true, { seq: -1, ack: 0x80000000, flags: TCP_FIN | TCP_ACK });
  const suspension = ['suspended 40000', 'restored {"port":40000}'];
  assert.deepEqual(events.splice(0), [...suspension, ...suspension, 'fin']);
  send(true, { seq: 77, flags: TCP_SYN });
  assert.equal(counters[Counter.flows_new], 2);
  wait(4);
  send(true, { seq: 99, flags: TCP_SYN });
  assert.deepEqual(events, [...suspension, 'reused']);
  assert.equal(counters[Counter.flows_new], 3);
});

test('a suspended connection is closed like others: by a reset, an eviction and the end', () => {
  const { events, handshake, send, wait, reassembler, at, counters } = newIdleStream();
  for (const clientPort of [1, 2, 3]) handshake({ clientPort });
  wait(4);
  events.length = 0;
  send(true, { seq: -1, flags: TCP_RST, clientPort: 2 });
  assert.deepEqual(events.splice(0), ['restored {"port":2}', 'rst']);
  handshake({ clientPort: 4 });
  assert.deepEqual(events.splice(0), ['restored {"port":1}', 'evicted']);
  assert.equal(counters[Counter.flows_evicted], 1);
  assert.equal(counters[Counter.flows_open], 2);
  reassembler.closeAll(at);
  assert.deepEqual(events, ['restored {"port":3}', 'end', 'end']);
  assert.equal(counters[Counter.flows_open], 0);
});

test('a suspended connection that is ignored stays so, without a decoder', () => {
  const { events, handshake, send, wait, counters } = newIdleStream(() => IGNORE_FLOW);
  handshake();
  send(true, { seq: -1, text: 'abc' });
  wait(8);
  const verdict = send(true, { seq: 2, text: 'def' });
  assert.deepEqual(events, ['0 abc']);
  assert.equal(verdict, Verdict.unknown);
  send(true, { seq: 5, flags: TCP_RST });
  assert.equal(counters[Counter.flows_open], 0);
});
