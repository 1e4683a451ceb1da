/** Conditions for suspending a decoder, and restoring it; pipeline/suspend tests compare the lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newGearman } from '../../src/protocols/gearman/implementation.js';
import { type FlowDecoder, type Protocol, ToClient, ToServer } from '../../src/protocols/protocol.js';
import { ADDRESSES, HOST_HOOKS, PROTOCOL_OPTIONS } from '../helpers/connection.js';
import { glusterfs } from './rpc/harness.js';
import { flushCall, flushReply } from './rpc/rpc-bytes.js';

const AT = { seconds: 1000, nanoseconds: 0, packet: 1 };
const NOTHING = new Uint8Array(0);

function opened(protocol: Protocol, fromStart = true) {
  const connection = { serverPort: 4730, clientPort: 49151, ...ADDRESSES, fromStart };
  const messages: string[] = [];
  const open = (suspended?: ReturnType<NonNullable<FlowDecoder['suspend']>>) =>
    protocol.open(connection, (_from, { message }) => messages.push(message), PROTOCOL_OPTIONS, suspended);
  let decoder = open();
  return {
    messages,
    send: (dir: 0 | 1, bytes: Uint8Array) => decoder.data(dir, bytes, 0, bytes.length, AT),
    gap: () => decoder.gap(ToServer, 5, 'lost', false, AT, NOTHING),
    isIdle: () => decoder.suspend?.(AT) !== undefined,
    restore() {
      decoder = open(decoder.suspend?.(AT));
    },
  };
}

function packet(magic: string, type: number, data = ''): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.write(`\0${magic}`, 'latin1');
  bytes.writeUInt32BE(type, 4);
  bytes.writeUInt32BE(data.length, 8);
  bytes.write(data, 12, 'latin1');
  return bytes;
}

test('an RPC decoder is not idle while a record is incomplete, a call pending, or sync lost', () => {
  const { send, isIdle, gap } = opened(glusterfs);
  assert.ok(isIdle());
  const call = flushCall(7);
  send(ToServer, call.subarray(0, 10));
  assert.ok(!isIdle());
  send(ToServer, call);
  assert.ok(!isIdle());
  send(ToClient, flushReply(7));
  assert.ok(isIdle());
  gap();
  assert.ok(!isIdle());
});

test('an RPC decoder of a midstream pickup is idle while one direction was not seen', () => {
  const decode = (suspend: boolean) => {
    const { send, isIdle, restore, messages } = opened(glusterfs, false);
    for (let xid = 1; xid < 6; xid++) send(ToClient, flushReply(xid));
    assert.ok(isIdle());
    if (suspend) restore();
    // The end of an earlier call: the decoder has to resynchronise.
    send(ToServer, Buffer.concat([flushCall(5).subarray(20), flushCall(6), flushCall(7)]));
    assert.ok(!isIdle());
    send(ToClient, flushReply(6));
    send(ToClient, flushReply(7));
    assert.ok(isIdle());
    return messages;
  };
  const messages = decode(false);
  assert.equal(messages.filter((line) => line.startsWith('FLUSH')).length, 2, messages.join('\n'));
  assert.ok(
    messages.some((line) => line.includes('bytes')),
    messages.join('\n'),
  );
  assert.deepEqual(decode(true), messages);
});

test('an RPC decoder is not idle while sync is lost in a direction that was seen', () => {
  const { send, isIdle } = opened(glusterfs, false);
  assert.ok(isIdle());
  send(ToServer, flushCall(5).subarray(20, 40));
  assert.ok(!isIdle());
});

test('a Gearman decoder is not idle with a pending request or job, and keeps the abilities of its worker', () => {
  const { send, isIdle, restore, messages } = opened(newGearman(PROTOCOL_OPTIONS, HOST_HOOKS));
  assert.ok(isIdle());
  send(ToServer, packet('REQ', 1, 'reverse'));
  send(ToServer, packet('REQ', 22, 'worker-1'));
  assert.ok(isIdle());
  send(ToServer, packet('REQ', 9));
  assert.ok(!isIdle());
  send(ToClient, packet('RES', 10));
  assert.ok(isIdle());
  restore();
  send(ToServer, packet('REQ', 9));
  send(ToClient, packet('RES', 11, 'H:lap:1\0reverse\0load'));
  assert.ok(!isIdle());
  send(ToServer, packet('REQ', 13, 'H:lap:1\0done'));
  send(ToServer, packet('REQ', 9));
  send(ToClient, packet('RES', 10));
  assert.ok(isIdle());
  assert.match(messages.at(-3) ?? '', /reverse.*worker-1/);
});
